package dev.sluice.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A file of PEM blocks, certificates or a key. The JDK reads what is in the blocks but not the blocks of keys, and says of
 * neither what a person would need to know; hence this.
 */
final class PemFile {

    private static final long BYTES_MAX = 4L << 20;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";
    private static final String ENCRYPTED_KEY = "ENCRYPTED PRIVATE KEY";

    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private final Path file;
    private final String setting;
    private final Mistakes mistakes;

    /**
     * A file that has not been read yet.
     *
     * @param setting which setting names the file
     */
    PemFile(Path file, String setting, Mistakes mistakes) {
        this.file = file;
        this.setting = setting;
        this.mistakes = mistakes;
    }

    private record Block(String label, String base64) {

        byte[] content() {
            return Base64.getMimeDecoder().decode(base64);
        }
    }

    /** All certificates in the file, in its order; empty, and a mistake, where one cannot be read or there is none. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        List<Block> blocks = blocks("certificates in PEM (-----BEGIN CERTIFICATE-----)");
        if (blocks == null) {
            return List.of();
        }
        for (Block block : blocks) {
            if (!block.label.equals(CERTIFICATE)) {
                continue; // Many keep the key in the same file.
            }
            try {
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                certificates.add(
                        (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content())));
            } catch (CertificateException e) {
                mistake("certificate " + (certificates.size() + 1) + " cannot be read: " + e.getMessage(), "X.509");
                return List.of();
            }
        }
        if (certificates.isEmpty()) {
            mistake("no certificate in it, but " + labels(blocks), "certificates in PEM");
        }
        return certificates;
    }

    /**
     * The only private key in the file; null, and a mistake, where it cannot be read.
     *
     * @param password what it is encrypted with; null where nobody has said
     */
    @Nullable
    PrivateKey key(char @Nullable [] password) {
        List<Block> blocks = blocks("a private key in PEM (-----BEGIN PRIVATE KEY-----)");
        if (blocks == null) {
            return null;
        }
        List<Block> keys =
                blocks.stream().filter(block -> block.label.endsWith(KEY)).toList();
        if (keys.size() != 1) {
            mistake(keys.isEmpty() ? "no private key in it, but " + labels(blocks) : keys.size() + " keys", "one key");
            return null;
        }
        Block block = keys.get(0);
        return switch (block.label) {
            case KEY -> privateKey(new PKCS8EncodedKeySpec(block.content()));
            case ENCRYPTED_KEY -> password == null ? withoutPassword() : decrypted(block.content(), password);
            default -> {
                mistake(
                        "a key in the format " + block.label,
                        "PKCS#8 (PRIVATE KEY or ENCRYPTED PRIVATE KEY), as openssl pkcs8 -topk8 makes of it");
                yield null;
            }
        };
    }

    private @Nullable PrivateKey withoutPassword() {
        mistakes.add(TlsSettings.KEY_PASSWORD, "nothing, but the key in " + file + " is encrypted", Secret.EXPECTED);
        return null;
    }

    private @Nullable PrivateKey decrypted(byte[] content, char[] password) {
        PBEKeySpec given = new PBEKeySpec(password);
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
            // What the JDK calls PBES2 is a family; which member it is only the parameters say.
            String algorithm =
                    info.getAlgParameters() != null && info.getAlgName().startsWith("PBES2")
                            ? info.getAlgParameters().toString()
                            : info.getAlgName();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(given),
                    info.getAlgParameters());
            return privateKey(info.getKeySpec(cipher));
        } catch (InvalidKeySpecException e) {
            wrongPassword();
        } catch (IOException e) {
            mistake("an encrypted key that cannot be read: " + e.getMessage(), "PKCS#8");
        } catch (GeneralSecurityException e) {
            mistake("a key encrypted in a way that Java cannot undo: " + e.getMessage(), "PKCS#8 with PBES2");
        } finally {
            given.clearPassword();
        }
        return null;
    }

    private void wrongPassword() {
        mistakes.add(TlsSettings.KEY_PASSWORD, "not the password of the key in " + file, "its password");
    }

    private @Nullable PrivateKey privateKey(PKCS8EncodedKeySpec encoded) {
        // Which kind it is stands in the key, but the JDK shows that only to its factories.
        for (String algorithm : KEY_ALGORITHMS) {
            PrivateKey key = privateKey(encoded, algorithm);
            if (key != null) {
                return key;
            }
        }
        mistake("a key of an unknown kind, or damaged", "a key of RSA, EC or EdDSA");
        return null;
    }

    private static @Nullable PrivateKey privateKey(PKCS8EncodedKeySpec encoded, String algorithm) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private @Nullable List<Block> blocks(String expected) {
        String text;
        try {
            if (Files.size(file) > BYTES_MAX) {
                mistakes.add(setting, file + ": " + Files.size(file) + " bytes", "at most " + BYTES_MAX);
                return null;
            }
            text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            mistakes.add(setting, unreadable(file, e), expected);
            return null;
        }
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            Block block = new Block(matcher.group(1), matcher.group(2));
            try {
                block.content();
            } catch (IllegalArgumentException e) {
                mistake("a block " + block.label + " that is no Base64", expected);
                return null;
            }
            blocks.add(block);
        }
        if (blocks.isEmpty()) {
            mistake("nothing in PEM in it", expected);
            return null;
        }
        return blocks;
    }

    private static String labels(List<Block> blocks) {
        return String.join(", ", blocks.stream().map(Block::label).distinct().toList());
    }

    private void mistake(String found, String expected) {
        mistakes.add(setting, file + ": " + found, expected);
    }

    /** Why a file cannot be read, in words. */
    static String unreadable(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no file " + file;
        }
        if (Files.isDirectory(file)) {
            return "a directory: " + file;
        }
        return e instanceof AccessDeniedException
                ? file + ", which this process may not read"
                : file + " cannot be read: " + e.getMessage();
    }

    /** Overwrites a password that is needed no more. */
    static void forget(char @Nullable [] password) {
        if (password != null) {
            Arrays.fill(password, '\0');
        }
    }
}

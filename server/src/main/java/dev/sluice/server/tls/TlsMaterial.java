package dev.sluice.server.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the files of one listener's TLS settings hold, read and found fit for use together.
 *
 * @param key the server's private key
 * @param chain its certificate, and behind it those that have issued it
 * @param clientCas who may issue certificates of clients; empty where clients need none
 */
public record TlsMaterial(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> clientCas) {

    public TlsMaterial {
        chain = List.copyOf(chain);
        clientCas = List.copyOf(clientCas);
    }

    private record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {}

    /** Reads the files. Null, and every mistake that can be found at once, where they are not fit for use. */
    public static @Nullable TlsMaterial load(TlsSettings settings, Mistakes mistakes) {
        AtomicBoolean wrong = new AtomicBoolean();
        Mistakes noted = (key, found, expected) -> {
            wrong.set(true);
            mistakes.add(key, found, expected);
        };
        KeyAndChain own = settings.keystore() != null
                ? fromKeystore(settings, settings.keystore(), noted)
                : fromPem(settings, noted);
        List<X509Certificate> clientCas = settings.clientCa() == null
                ? List.of()
                : new PemFile(settings.clientCa(), TlsSettings.CLIENT_CA, noted).certificates();
        if (own != null) {
            check(settings, own, noted);
        }
        return own == null || wrong.get() ? null : new TlsMaterial(own.key, own.chain, clientCas);
    }

    private static @Nullable KeyAndChain fromPem(TlsSettings settings, Mistakes mistakes) {
        List<X509Certificate> chain = settings.certificate() == null
                ? List.of()
                : new PemFile(settings.certificate(), TlsSettings.CERTIFICATE, mistakes).certificates();
        Secret secret = settings.keyPassword();
        char[] password = secret == null ? null : secret.read(TlsSettings.KEY_PASSWORD, mistakes);
        boolean locked = secret != null && password == null;
        PrivateKey key = settings.key() == null || locked
                ? null
                : new PemFile(settings.key(), TlsSettings.KEY, mistakes).key(password);
        PemFile.forget(password);
        return key == null || chain.isEmpty() ? null : new KeyAndChain(key, chain);
    }

    private static @Nullable KeyAndChain fromKeystore(TlsSettings settings, Path file, Mistakes mistakes) {
        Secret secret = settings.password();
        char[] password = secret == null ? new char[0] : secret.read(TlsSettings.PASSWORD, mistakes);
        if (password == null) {
            return null;
        }
        String expected = "a keystore in PKCS#12";
        try (InputStream input = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(input, password);
            return only(store, file, password, mistakes);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                mistakes.add(TlsSettings.PASSWORD, "not the password of " + file, "its password");
            } else {
                mistakes.add(TlsSettings.KEYSTORE, PemFile.unreadable(file, e), expected);
            }
        } catch (GeneralSecurityException e) {
            mistakes.add(TlsSettings.KEYSTORE, file + ": " + e.getMessage(), expected);
        } finally {
            PemFile.forget(password);
        }
        return null;
    }

    private static @Nullable KeyAndChain only(KeyStore store, Path file, char[] password, Mistakes mistakes)
            throws GeneralSecurityException {
        List<String> names = new ArrayList<>();
        for (String name : Collections.list(store.aliases())) {
            if (store.isKeyEntry(name)) {
                names.add(name);
            }
        }
        if (names.size() != 1) {
            String found = names.isEmpty() ? "no key" : names.size() + " keys, " + String.join(", ", names);
            mistakes.add(TlsSettings.KEYSTORE, file + ": " + found, "one key with its certificates");
            return null;
        }
        Certificate[] certificates = store.getCertificateChain(names.get(0));
        if (!(store.getKey(names.get(0), password) instanceof PrivateKey key) || certificates == null) {
            mistakes.add(TlsSettings.KEYSTORE, file + ": no private key", "one key with its certificates");
            return null;
        }
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate certificate : certificates) {
            chain.add((X509Certificate) certificate);
        }
        return new KeyAndChain(key, chain);
    }

    private static void check(TlsSettings settings, KeyAndChain own, Mistakes mistakes) {
        boolean pem = settings.keystore() == null;
        Path file = pem ? settings.certificate() : settings.keystore();
        String setting = pem ? TlsSettings.CERTIFICATE : TlsSettings.KEYSTORE;
        for (int i = 0; i < own.chain.size(); i++) {
            X509Certificate certificate = own.chain.get(i);
            String which = file + ": certificate " + (i + 1) + " (" + certificate.getSubjectX500Principal() + ")";
            try {
                certificate.checkValidity();
            } catch (CertificateExpiredException e) {
                mistakes.add(
                        setting,
                        which + " has expired at " + certificate.getNotAfter().toInstant(),
                        "one that is valid");
            } catch (CertificateNotYetValidException e) {
                mistakes.add(
                        setting,
                        which + " is not valid before "
                                + certificate.getNotBefore().toInstant(),
                        "one that is valid");
            }
            if (i > 0 && !hasIssued(certificate, own.chain.get(i - 1))) {
                mistakes.add(
                        setting, which + " has not issued the one before it", "the server's first, then its issuers");
            }
        }
        if (!belongTogether(own.key, own.chain.get(0).getPublicKey())) {
            String keyFile = pem ? String.valueOf(settings.key()) : "its key";
            mistakes.add(
                    pem ? TlsSettings.KEY : setting,
                    keyFile + " is not the key of certificate 1 in " + file,
                    "the private key of the certificate");
        }
    }

    private static boolean hasIssued(X509Certificate issuer, X509Certificate issued) {
        try {
            issued.verify(issuer.getPublicKey());
            return issued.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Whether what the one signs the other finds right. */
    private static boolean belongTogether(PrivateKey key, PublicKey other) {
        byte[] text = {1, 2, 3};
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(text);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(other);
            verifier.update(text);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}

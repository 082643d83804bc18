package dev.sluice.server.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** Finds out whom a client's certificate names. Immutable; any thread, never waits. Protocol: {@code auth} 5.1. */
final class ClientNames {

    /** A certificate with this e-mail passes where one is mandatory, and names nobody: who has it logs in. */
    private static final String INTERNAL_EMAIL = "internal@internal.couchbase.com";

    /** What the JDK calls the kinds of alternative names. Protocol: RFC 5280, GeneralName. */
    private static final Map<IdentityRule.Path, Integer> KINDS = Map.of(
            IdentityRule.Path.SAN_EMAIL, 1,
            IdentityRule.Path.SAN_DNSNAME, 2,
            IdentityRule.Path.SAN_URI, 6);

    private final TlsSettings.ClientCertificates mode;
    private final List<IdentityRule> rules;

    ClientNames(TlsSettings.ClientCertificates mode, List<IdentityRule> rules) {
        this.mode = mode;
        this.rules = rules;
    }

    /**
     * What becomes of a client.
     *
     * @param certificate verified; null where the client has sent none
     * @param known whether there is a user of that name
     */
    Identification identify(@Nullable X509Certificate certificate, Predicate<String> known) {
        boolean mandatory = mode == TlsSettings.ClientCertificates.MANDATORY;
        if (certificate == null || mode == TlsSettings.ClientCertificates.DISABLED) {
            return mandatory ? Identification.refused("no certificate") : Identification.LOGIN;
        }
        try {
            if (names(certificate, IdentityRule.Path.SAN_EMAIL).contains(INTERNAL_EMAIL)) {
                return Identification.LOGIN;
            }
            if (rules.isEmpty()) {
                return mandatory
                        ? Identification.refused("no rule that finds users in certificates is configured")
                        : Identification.LOGIN;
            }
            for (IdentityRule rule : rules) {
                for (String name : names(certificate, rule.path())) {
                    String user = rule.apply(name);
                    if (user != null && known.test(user)) {
                        return Identification.user(user);
                    }
                }
            }
            return Identification.refused("the certificate names no user");
        } catch (CertificateParsingException | InvalidNameException e) {
            return Identification.refused("the certificate's names cannot be read");
        }
    }

    private static List<String> names(X509Certificate certificate, IdentityRule.Path path)
            throws CertificateParsingException, InvalidNameException {
        List<String> names = new ArrayList<>();
        Integer kind = KINDS.get(path);
        if (kind == null) {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String text) {
                    names.add(text);
                }
            }
            return names;
        }
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                if (kind.equals(alternative.get(0)) && alternative.get(1) instanceof String text) {
                    names.add(text);
                }
            }
        }
        return names;
    }
}

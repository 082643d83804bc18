package dev.sluice.core.auth;

import java.util.Arrays;

/**
 * PLAIN: {@code [authzid] NUL user NUL password}, in one message. The authzid is ignored; one NUL behind the password too.
 * Protocol: {@code auth} 2.1; RFC 4616.
 */
final class PlainExchange implements Exchange {

    private static final byte[] NOTHING = new byte[0];

    private final Credentials credentials;

    PlainExchange(Credentials credentials) {
        this.credentials = credentials;
    }

    @Override
    public LoginResult step(byte[] message) {
        int first = indexOfNul(message, 0);
        int second = first < 0 ? -1 : indexOfNul(message, first + 1);
        if (second < 0) {
            return LoginResult.malformed("PLAIN: the message has less than two separators");
        }
        String user = UserText.decode(message, first + 1, second - first - 1);
        if (user == null) {
            return LoginResult.malformed("PLAIN: the user is no text in UTF-8, or has control characters");
        }
        int end = message.length;
        if (end > second + 1 && message[end - 1] == 0) {
            end--;
        }
        byte[] password = Arrays.copyOfRange(message, second + 1, end);
        Arrays.fill(message, (byte) 0); // A copy of ours; the password need not outlive its check.
        boolean matches = credentials.matches(user, password);
        Arrays.fill(password, (byte) 0);
        String refusal = credentials.refusal(user, matches);
        if (refusal != null || !matches) {
            return LoginResult.refused(user, refusal == null ? "wrong password" : refusal);
        }
        return LoginResult.success(user, NOTHING);
    }

    private static int indexOfNul(byte[] message, int from) {
        for (int i = from; i < message.length; i++) {
            if (message[i] == 0) {
                return i;
            }
        }
        return -1;
    }
}

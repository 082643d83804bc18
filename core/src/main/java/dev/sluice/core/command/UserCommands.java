package dev.sluice.core.command;

import dev.sluice.core.auth.Privilege;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.NodeServices;
import dev.sluice.core.engine.Problem;
import dev.sluice.engine.BlockedCookie;
import dev.sluice.engine.Status;
import java.util.List;

/** DROP_PRIVILEGE, ISASL_REFRESH and RBAC_REFRESH. Protocol: {@code auth} 1, 3, 6.1 and 6.3. */
final class UserCommands {

    private UserCommands() {}

    static Status dropPrivilege(CommandCookie cookie) {
        Privilege privilege = Privilege.of(cookie.request().keyText());
        if (privilege == null) {
            return Status.NO_SUCH_KEY;
        }
        cookie.session().login().drop(privilege);
        cookie.reply().done(cookie);
        return Status.SUCCESS;
    }

    /** The file of the users, read on a background thread. */
    private static final class Reload implements Runnable {

        private final NodeServices node;
        private final BlockedCookie blocked;
        private List<String> mistakes = List.of("fault of the server");

        Reload(NodeServices node, BlockedCookie blocked) {
            this.node = node;
            this.blocked = blocked;
        }

        @Override
        public void run() {
            try {
                mistakes = node.authentication().reload();
            } finally {
                blocked.notifyIoComplete(Status.SUCCESS);
            }
        }
    }

    /** Credentials and roles stand in one file here, so both refreshes do the same. */
    static Status refresh(CommandCookie cookie) {
        if (cookie.progress() instanceof Reload done) {
            if (done.mistakes.isEmpty()) {
                cookie.reply().done(cookie);
                return Status.SUCCESS;
            }
            cookie.errorContext(Problem.joined(done.mistakes));
            return Status.FAILED;
        }
        NodeServices node = cookie.session().node();
        Reload reload = new Reload(node, cookie.block());
        cookie.progress(reload);
        node.pools().auxIo().execute(reload);
        return Status.WOULD_BLOCK;
    }
}

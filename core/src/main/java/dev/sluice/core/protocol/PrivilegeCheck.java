package dev.sluice.core.protocol;

import dev.sluice.core.auth.Access;
import dev.sluice.core.auth.Place;
import dev.sluice.core.auth.Privilege;
import dev.sluice.core.auth.Verdict;
import dev.sluice.core.cookie.CommandCookie;
import dev.sluice.core.cookie.Permission;
import dev.sluice.engine.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The long way to find out whether a command is allowed: for users with grants on single scopes or collections, for
 * collections of the system, and for whoever is refused.
 */
final class PrivilegeCheck {

    private PrivilegeCheck() {}

    /** {@code SUCCESS}, or what the command is answered with. */
    static Status check(CommandCookie cookie, String command, Requirement needs) {
        Access access = cookie.access();
        Place place = needs.where() == Requirement.Where.DOCUMENT
                ? Permission.place(
                        cookie.session().bucket(), cookie.request().key().collection())
                : null;
        long all = place != null && place.system() ? needs.system() | needs.all() : needs.all();
        // The system's first: who lacks that is to hear of it and not of the rest.
        Status status = each(cookie, command, access, needs, all & needs.system(), place);
        if (status == Status.SUCCESS) {
            status = each(cookie, command, access, needs, all & ~needs.system(), place);
        }
        return status == Status.SUCCESS ? any(cookie, command, access, needs.any(), place) : status;
    }

    private static Status each(
            CommandCookie cookie, String command, Access access, Requirement needs, long all, @Nullable Place place) {
        for (long left = all; left != 0; left &= left - 1) {
            Privilege privilege = Privilege.firstOf(left);
            Verdict verdict = needs.where() == Requirement.Where.ANYWHERE
                    ? access.hasAnywhere(privilege) ? Verdict.OK : Verdict.FAIL
                    : access.check(privilege, place);
            if (verdict != Verdict.OK) {
                return Permission.refuse(cookie, command, privilege.spelling(), verdict);
            }
        }
        return Status.SUCCESS;
    }

    private static Status any(CommandCookie cookie, String command, Access access, long any, @Nullable Place place) {
        Verdict last = Verdict.OK;
        List<String> names = new ArrayList<>();
        for (long left = any; left != 0; left &= left - 1) {
            Privilege privilege = Privilege.firstOf(left);
            last = access.check(privilege, place);
            if (last == Verdict.OK) {
                return Status.SUCCESS;
            }
            names.add(privilege.spelling());
        }
        return last == Verdict.OK
                ? Status.SUCCESS
                : Permission.refuse(cookie, command, String.join(" or ", names), last);
    }
}

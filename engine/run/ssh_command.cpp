#include "engine/run/ssh_command.h"

#include <fmt/format.h>

#include "engine/core/units.h"
#include "engine/run/shell_quoted.h"
#include "engine/run/worker_link.h"

namespace slay {

std::string bad_host(const std::string& host) {
    if (host.empty()) return "a host's name is missing";
    if (host.front() == '-') return "a host's name does not begin with a dash";
    if (clean_text(host) != host) return "a host's name is of printable characters";
    return {};
}

ChildCommand ssh_command(const HostTarget& target, const std::string& far) {
    ChildCommand command{target.ssh.front(), {}, {}};
    command.arguments.assign(target.ssh.begin() + 1, target.ssh.end());
    for (const char* option :
         {"-T", "-oBatchMode=yes", "-oServerAliveInterval=15", "-oServerAliveCountMax=4", "--"})
        command.arguments.emplace_back(option);
    command.arguments.push_back(target.host);
    command.arguments.push_back(far);
    return command;
}

Result<HostAnswer> ask_host(const HostTarget& target, RunControl* control) {
    if (const std::string bad = bad_host(target.host); !bad.empty())
        return Error{ErrorKind::usage, bad};
    const auto link = WorkerLink::start(
        ssh_command(target, shell_quoted(target.program) + " worker"), {}, control);
    const std::string host = clean_text(target.host, 80);
    if (!link) {
        if (link.error().kind == ErrorKind::cancelled) return link.error();
        const std::string& said = link.error().message;
        if (said.find("exited with 127") != std::string::npos)
            return Error{ErrorKind::no_input,
                         fmt::format("{} has no {}: install it there, or say where it is ({})",
                                     host, clean_text(target.program), said)};
        return Error{ErrorKind::no_device, fmt::format("{} cannot be reached through ssh: {}",
                                                       host, said)};
    }
    const WorkerReady& ready = (*link)->ready();
    const Provenance ours = local_provenance();
    if (ready.protocol != worker_protocol ||
        ready.provenance.program_version != ours.program_version ||
        ready.provenance.git_revision != ours.git_revision)
        return Error{ErrorKind::bad_data,
                     fmt::format("{} has slay-bench {} ({}); this is {} ({}): install the same "
                                 "there",
                                 host, ready.provenance.program_version,
                                 ready.provenance.git_revision.substr(0, 12), ours.program_version,
                                 ours.git_revision.substr(0, 12))};
    return HostAnswer{ready.provenance, ready.devices};
}

}  // namespace slay

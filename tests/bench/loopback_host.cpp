#include "tests/bench/loopback_host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include "tests/slow_build.h"

namespace {

constexpr const char* sshd = "/usr/sbin/sshd";  // it has to be started by its whole path

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QString& content) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content.toUtf8()) < 0)
        qFatal("cannot write %s", qPrintable(path));
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
}

void run(const QString& program, const QStringList& arguments) {
    if (QProcess::execute(program, arguments) != 0) qFatal("%s failed", qPrintable(program));
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

int free_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        qFatal("no port of the loopback is free");
    close(descriptor);
    return ntohs(address.sin_port);
}

bool listens(int port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool connected =
        connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(descriptor);
    return connected;
}

}  // namespace

LoopbackHost::LoopbackHost(const QMap<QString, QString>& environment) : port_(free_port()) {
    if (!QFile::exists(sshd)) qFatal("%s is not there: install openssh-server", sshd);
    // Where sshd, run by root, parts its privileges; the system's service makes it otherwise.
    if (geteuid() == 0 && !QDir("/run/sshd").exists()) QDir().mkdir("/run/sshd");
    for (const char* key : {"host_key", "user_key"})
        run("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", folder_.filePath(key)});
    QFile::copy(folder_.filePath("user_key.pub"), folder_.filePath("authorized_keys"));
    write(folder_.filePath("known_hosts"), "far " + content_of(folder_.filePath("host_key.pub")));
    QString variables;
    for (auto it = environment.begin(); it != environment.end(); ++it)
        variables += QString(" %1=%2").arg(it.key(), it.value());
    write(folder_.filePath("sshd_config"),
          QString("Port %1\nListenAddress 127.0.0.1\nHostKey %2/host_key\n"
                  "AuthorizedKeysFile %2/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n"
                  "PasswordAuthentication no\nPermitRootLogin yes\nSetEnv%3\n")
              .arg(port_)
              .arg(folder_.path(), variables));
    write(client_config(),
          QString("Host far\nHostName 127.0.0.1\nPort %1\nUser %2\nIdentityFile %3/user_key\n"
                  "IdentitiesOnly yes\nHostKeyAlias far\nUserKnownHostsFile %3/known_hosts\n"
                  "GlobalKnownHostsFile none\n")
              .arg(port_)
              .arg(getpwuid(geteuid())->pw_name, folder_.path()));
    server_.setProcessChannelMode(QProcess::MergedChannels);
    open();
}

LoopbackHost::~LoopbackHost() {
    close();
}

void LoopbackHost::open() {
    server_.start(sshd, {"-D", "-e", "-f", folder_.filePath("sshd_config")});
    if (!QTest::qWaitFor([this] { return listens(port_); }, slay::patient(30'000)))
        qFatal("sshd does not listen: %s", log().constData());
}

QByteArray LoopbackHost::log() {
    return server_.readAll();
}

QList<qint64> LoopbackHost::sessions() const {
    QList<qint64> found;
    const QByteArray parent = "\nPPid:\t" + QByteArray::number(server_.processId()) + "\n";
    for (const QString& pid : QDir("/proc").entryList({"[0-9]*"}, QDir::Dirs))
        if (content_of("/proc/" + pid + "/status").contains(parent)) found << pid.toLongLong();
    return found;
}

void LoopbackHost::cut() {
    for (const qint64 pid : sessions()) kill(static_cast<pid_t>(pid), SIGKILL);
}

void LoopbackHost::close() {
    cut();
    server_.kill();
    server_.waitForFinished();
}

// A real sshd on this machine's loopback, with keys and a configuration of its own in a folder that
// goes with it.
#pragma once

#include <QMap>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

class LoopbackHost {
  public:
    // `environment`: what programs find there, beside what sshd gives them.
    explicit LoopbackHost(const QMap<QString, QString>& environment);
    ~LoopbackHost();

    static constexpr const char* name = "far";  // as the client's configuration calls it
    QString client_config() const { return folder_.filePath("ssh_config"); }
    void cut();        // ends every connection; new ones are taken
    void close();      // ends the server and every connection
    void open();       // begins to listen, after close()
    QByteArray log();  // what sshd said

  private:
    QList<qint64> sessions() const;
    QTemporaryDir folder_;
    QProcess server_;
    int port_ = 0;
};

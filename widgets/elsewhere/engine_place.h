// Where runs of this window are measured: this machine, or a host that ssh reaches.
#pragma once

#include <QJsonArray>
#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "engine/run/executor.h"
#include "engine/run/host_run.h"

namespace slay {

class EnginePlace : public QObject {
    Q_OBJECT

  public:
    enum class State { here, asking, there };

    explicit EnginePlace(QObject* parent = nullptr);
    ~EnginePlace() override;

    State state() const { return state_; }
    QString host() const { return QString::fromStdString(target_.host); }  // empty: this machine
    const HostTarget& target() const { return target_; }                   // for a run
    const std::vector<DeviceInfo>& devices() const { return devices_; }    // of the host

    // Asks the host for its devices, in the background; until it has answered nothing runs there.
    void choose_host(const QString& host, const QString& program);
    void choose_this_machine();
    // The target of a run that was begun on a host, whatever is chosen now.
    HostTarget target_of(const QString& host) const;

    // A configuration of ssh other than the user's.
    void set_ssh_config(const QString& file);

    struct Known {
        QString host, program;
    };
    const std::vector<Known>& known() const { return known_; }  // the latest first
    QJsonArray stored() const;
    void restore(const QJsonArray& hosts);

  signals:
    void changed();                      // state, host or devices
    void failed(const QString& message);  // the host did not answer as it should; this machine again

  private:
    void remember(const QString& host, const QString& program);

    State state_ = State::here;
    HostTarget target_;
    std::vector<std::string> ssh_{"ssh"};
    std::vector<DeviceInfo> devices_;
    std::vector<Known> known_;
    std::shared_ptr<RunControl> asking_;  // stopped when another place is chosen
    std::uint64_t serial_ = 0;
};

}  // namespace slay

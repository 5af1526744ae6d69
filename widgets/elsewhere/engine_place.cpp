#include "widgets/elsewhere/engine_place.h"

#include <QJsonObject>
#include <algorithm>
#include <utility>

#include "engine/core/units.h"
#include "engine/run/ssh_command.h"
#include "widgets/document/background.h"

namespace slay {
namespace {

constexpr std::size_t most_known = 8;
constexpr const char* usual_program = "slay-bench";

}  // namespace

EnginePlace::EnginePlace(QObject* parent) : QObject(parent) {}

EnginePlace::~EnginePlace() {
    if (asking_) asking_->request_stop();
}

void EnginePlace::set_ssh_config(const QString& file) {
    ssh_ = {"ssh"};
    if (!file.isEmpty()) ssh_.insert(ssh_.end(), {"-F", file.toStdString()});
}

HostTarget EnginePlace::target_of(const QString& host) const {
    HostTarget target;
    target.host = host.toStdString();
    target.ssh = ssh_;
    const auto known = std::find_if(known_.begin(), known_.end(),
                                    [&](const Known& each) { return each.host == host; });
    if (known != known_.end()) target.program = known->program.toStdString();
    return target;
}

void EnginePlace::choose_this_machine() {
    ++serial_;
    if (asking_) asking_->request_stop();
    asking_.reset();
    state_ = State::here;
    target_ = {};
    devices_.clear();
    emit changed();
}

void EnginePlace::choose_host(const QString& host, const QString& program) {
    ++serial_;
    if (asking_) asking_->request_stop();
    state_ = State::asking;
    devices_.clear();
    target_ = target_of(host);
    target_.program = program.isEmpty() ? usual_program : program.toStdString();
    asking_ = std::make_shared<RunControl>();
    emit changed();
    using Answer = std::shared_ptr<Result<HostAnswer>>;
    in_background(
        this,
        [target = target_, control = asking_]() -> Answer {
            return std::make_shared<Result<HostAnswer>>(ask_host(target, control.get()));
        },
        [this, serial = serial_](const Answer& answer) {
            if (serial != serial_) return;
            asking_.reset();
            if (!*answer) {
                const QString message = QString::fromStdString(answer->error().message);
                choose_this_machine();
                emit failed(message);
                return;
            }
            state_ = State::there;
            devices_ = (**answer).devices;
            remember(this->host(), QString::fromStdString(target_.program));
            emit changed();
        });
}

void EnginePlace::remember(const QString& host, const QString& program) {
    std::erase_if(known_, [&](const Known& each) { return each.host == host; });
    known_.insert(known_.begin(), {host, program});
    if (known_.size() > most_known) known_.resize(most_known);
}

QJsonArray EnginePlace::stored() const {
    QJsonArray hosts;
    for (const Known& each : known_)
        hosts.append(QJsonObject{{"host", each.host}, {"program", each.program}});
    return hosts;
}

void EnginePlace::restore(const QJsonArray& hosts) {
    known_.clear();
    for (const auto& value : hosts) {
        const QJsonObject each = value.toObject();
        const QString host = each["host"].toString(), program = each["program"].toString();
        if (known_.size() < most_known && bad_host(host.toStdString()).empty())
            known_.push_back({host, program.isEmpty() ? usual_program : program});
    }
    emit changed();
}

}  // namespace slay

#include "engine/run/worker_protocol.h"

#include <algorithm>

#include "engine/core/json_codec.h"
#include "engine/run/side_events.h"

namespace slay {
namespace {

constexpr std::string_view ready_type = "worker-ready";
constexpr std::string_view heartbeat_type = "worker-heartbeat";
constexpr std::string_view device_type = "worker-device";
constexpr std::string_view folder_type = "worker-folder";

Json to_json(const DeviceInfo& info) {
    return {{"id", info.id},
            {"name", info.name},
            {"memory_bytes", number_to_json(info.memory_bytes)},
            {"free_bytes", number_to_json(info.free_bytes)},
            {"sm_count", info.sm_count},
            {"cuda", info.cuda},
            {"capability", info.capability},
            {"rates",
             {{"name", info.rates.name},
              {"matrix_flops", number_to_json(info.rates.matrix_flops)},
              {"bytes_per_second", number_to_json(info.rates.bytes_per_second)},
              {"launch_seconds", number_to_json(info.rates.launch_seconds)},
              {"memory_bytes", number_to_json(info.rates.memory_bytes)}}}};
}

DeviceInfo device_from_json(const nlohmann::json& json) {
    DeviceInfo info;
    info.id = text_member(json, "id");
    info.name = text_member(json, "name");
    info.memory_bytes = number_member(json, "memory_bytes");
    info.free_bytes = number_member(json, "free_bytes");
    info.sm_count =
        static_cast<int>(std::clamp<std::int64_t>(integer_member(json, "sm_count"), 0, 1 << 20));
    info.cuda = flag_member(json, "cuda");
    info.capability = text_member(json, "capability");
    const nlohmann::json& rates = member(json, "rates");
    info.rates.name = text_member(rates, "name", info.rates.name);
    info.rates.matrix_flops = number_member(rates, "matrix_flops", info.rates.matrix_flops);
    info.rates.bytes_per_second =
        number_member(rates, "bytes_per_second", info.rates.bytes_per_second);
    info.rates.launch_seconds = number_member(rates, "launch_seconds", info.rates.launch_seconds);
    info.rates.memory_bytes = number_member(rates, "memory_bytes", info.rates.memory_bytes);
    info.rates.cuda = info.cuda;
    return info;
}

}  // namespace

EventBody to_body(const WorkerReady& ready) {
    Json devices = Json::array();
    for (const DeviceInfo& device : ready.devices) devices.push_back(to_json(device));
    return side_event(ready_type, {{"protocol", ready.protocol},
                                   {"provenance", to_json(ready.provenance)},
                                   {"devices", std::move(devices)}});
}

EventBody to_body(const WorkerHeartbeat& heartbeat) {
    return side_event(heartbeat_type,
                      {{"resident_bytes", number_to_json(heartbeat.resident_bytes)}});
}

EventBody to_body(const DeviceQuestion& question) {
    return side_event(device_type, {{"device", question.device}});
}

EventBody to_body(const DeviceAnswer& answer) {
    if (answer.device) return side_event(device_type, {{"info", to_json(*answer.device)}});
    return side_event(device_type, {{"error", answer.device.error().message}});
}

EventBody to_body(const RunFolderNote& note) {
    return side_event(folder_type, {{"folder", note.folder}});
}

std::optional<RunFolderNote> run_folder_note(const EventBody& body) {
    const auto members = side_event_members(body, folder_type);
    if (!members) return std::nullopt;
    return RunFolderNote{text_member(*members, "folder")};
}

std::optional<WorkerReady> worker_ready(const EventBody& body) {
    const auto members = side_event_members(body, ready_type);
    if (!members) return std::nullopt;
    WorkerReady ready;
    ready.protocol = text_member(*members, "protocol");
    ready.provenance = provenance_from_json(member(*members, "provenance"));
    const nlohmann::json& devices = member(*members, "devices");
    if (devices.is_array())
        for (const auto& device : devices) ready.devices.push_back(device_from_json(device));
    return ready;
}

std::optional<WorkerHeartbeat> worker_heartbeat(const EventBody& body) {
    const auto members = side_event_members(body, heartbeat_type);
    if (!members) return std::nullopt;
    return WorkerHeartbeat{number_member(*members, "resident_bytes")};
}

std::optional<DeviceQuestion> device_question(const EventBody& body) {
    const auto members = side_event_members(body, device_type);
    if (!members) return std::nullopt;
    return DeviceQuestion{text_member(*members, "device")};
}

std::optional<DeviceAnswer> device_answer(const EventBody& body) {
    const auto members = side_event_members(body, device_type);
    if (!members) return std::nullopt;
    if (const nlohmann::json& info = member(*members, "info"); info.is_object())
        return DeviceAnswer{device_from_json(info)};
    return DeviceAnswer{Error{ErrorKind::no_device, text_member(*members, "error", "no device")}};
}

RunStarted plan_of(const SweepSpec& spec, const std::string& device,
                   std::span<const Point> points) {
    RunStarted plan;
    plan.plan.spec = spec;
    plan.plan.spec.device = device;
    plan.plan.points.assign(points.begin(), points.end());
    return plan;
}

std::string LineNumbers::line(std::string_view exchange, EventBody body) {
    ++seq_;
    if (auto* unknown = std::get_if<UnknownEvent>(&body)) {
        Json line{{"seq", seq_}, {"run", exchange}, {"type", unknown->type}};
        line.update(Json::parse(unknown->json));
        unknown->json = line.dump();
    }
    return to_line({seq_, std::string(exchange), 0, std::move(body)}) + '\n';
}

std::optional<std::string> LineBuffer::next() {
    const std::size_t end = bytes_.find('\n', looked_at_);
    if (end == std::string::npos) {
        looked_at_ = bytes_.size();
        return std::nullopt;
    }
    std::string line = bytes_.substr(0, end);
    bytes_.erase(0, end + 1);
    looked_at_ = 0;
    return line;
}

}  // namespace slay

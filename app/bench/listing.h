// The lists that `slay-bench list` prints, each as text and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/core/result.h"

namespace slay::bench {

struct Listing {
    std::string text;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
};

Listing list_variants();
Listing list_experiments();
Result<Listing> list_presets();  // an unreadable preset is listed with what is wrong with it
Result<Listing> list_devices();  // loads the engine

}  // namespace slay::bench

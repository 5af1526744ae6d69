// A file descriptor that closes itself, and what the file code of this folder shares.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "engine/core/result.h"

namespace slay {

class Descriptor {
  public:
    explicit Descriptor(int value = -1) : value_(value) {}
    ~Descriptor() {
        if (value_ >= 0) close(value_);
    }
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    int get() const { return value_; }
    int release() { return std::exchange(value_, -1); }

  private:
    int value_;
};

std::string reason_of(int error);                          // errno in plain words
bool write_whole(int descriptor, std::string_view bytes);  // false: errno says why
void sync_folder(const std::string& folder);
Result<Descriptor> open_regular(const std::string& path);  // to read; refuses anything else

}  // namespace slay

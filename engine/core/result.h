// A value, or a sentence that a person can act on.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace slay {

// What kind of thing went wrong; `exit_code` maps it to sysexits.h for the command line.
enum class ErrorKind {
    usage,          // 64: the call's words are off
    bad_data,       // 65: a file's content is not what it should be
    no_input,       // 66: a file is not there or cannot be read
    no_device,      // 69: the device asked for is not there
    internal,       // 70: a bug of ours
    cannot_create,  // 73: an output cannot be created
    io,             // 74: an output cannot be written to its end
    cancelled,      // 130: the user stopped it
};

int exit_code(ErrorKind kind);

struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;  // what happened, where, what was expected or what to do
};

// Either a T or an Error. `value()` on an error throws std::logic_error (a bug in the caller).
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    explicit operator bool() const { return ok(); }
    bool ok() const { return std::holds_alternative<T>(state_); }

    const T& value() const& {
        require_ok();
        return std::get<T>(state_);
    }
    T& value() & {
        require_ok();
        return std::get<T>(state_);
    }
    T&& value() && {
        require_ok();
        return std::get<T>(std::move(state_));
    }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    const Error& error() const { return std::get<Error>(state_); }

  private:
    void require_ok() const {
        if (!ok()) throw std::logic_error("Result::value() on an error: " + error().message);
    }
    std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;
inline Status done() {
    return Done{};
}

}  // namespace slay

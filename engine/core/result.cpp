#include "engine/core/result.h"

namespace slay {

int exit_code(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::usage:
            return 64;
        case ErrorKind::bad_data:
            return 65;
        case ErrorKind::no_input:
            return 66;
        case ErrorKind::no_device:
            return 69;
        case ErrorKind::internal:
            return 70;
        case ErrorKind::cannot_create:
            return 73;
        case ErrorKind::io:
            return 74;
        case ErrorKind::cancelled:
            return 130;
    }
    return 70;
}

}  // namespace slay

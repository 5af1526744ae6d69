#include "engine/text/vocabulary.h"

#include <dlfcn.h>

#include "engine/core/units.h"

namespace slay {
namespace {

constexpr const char* library_name = "libslay_vocabulary.so";

Result<const VocabularyLibrary*> load() {
    // Found beside the engine's library, whose run path names its own folder.
    void* library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char* why = dlerror();
        return Error{ErrorKind::no_input,
                     "Text needs SentencePiece (package libsentencepiece-dev when building, "
                     "libsentencepiece0 when running), and it could not be loaded: " +
                         clean_text(why ? why : library_name, 400)};
    }
    const auto find =
        reinterpret_cast<FindVocabularyLibrary>(dlsym(library, "slay_vocabulary_library"));
    const VocabularyLibrary* found = find ? find(vocabulary_abi) : nullptr;
    if (!found)
        return Error{ErrorKind::no_input, std::string(library_name) +
                                              ": is of another version of this program; build or "
                                              "install both together"};
    return found;
}

}  // namespace

Result<const VocabularyLibrary*> vocabulary_library() {
    static const Result<const VocabularyLibrary*> loaded = load();
    return loaded;
}

}  // namespace slay

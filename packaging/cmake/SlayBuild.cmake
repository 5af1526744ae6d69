# How everything is compiled: language, output folders, ccache, warnings, sanitizers.
include_guard()

option(SLAY_WERROR "Treat compiler warnings as errors" OFF)
set(SLAY_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: address,undefined or thread")
option(SLAY_TORCH "Build the engine, which needs LibTorch; OFF: all else, with its tests" ON)
option(SLAY_FUZZ "Build libFuzzer programs for the readers of files (tests/fuzz) and nothing else; needs clang" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CUDA_STANDARD 17) # CMake 3.25 refuses 20 with nvcc 13
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared) # the one that LibTorch loads, not a second one
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Programs and their libraries lie side by side and find each other by $ORIGIN, so that the folder
# can be copied to another machine. Runpaths (not rpaths) let LD_LIBRARY_PATH name its LibTorch.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)
add_link_options(LINKER:--enable-new-dtags)

# Build folders and checkouts share the cache: paths are taken relative to the sources (BASEDIR).
# ccache serves precompiled headers only when told to pass over their time stamps; gcc has to write
# its preprocessed text in a form that names the header (-fpch-preprocess).
find_program(SLAY_CCACHE ccache DOC "Compiler cache; used when found")
if(SLAY_CCACHE)
    set(slay_launcher ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        ${SLAY_CCACHE})
    foreach(language CXX CUDA)
        if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
            set(CMAKE_${language}_COMPILER_LAUNCHER ${slay_launcher})
        endif()
    endforeach()
endif()

if(SLAY_SANITIZE)
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${SLAY_SANITIZE}>
                        $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
    add_link_options(-fsanitize=${SLAY_SANITIZE})
endif()

# The programs of tests/fuzz, each whole in one file but for the C library.
if(SLAY_FUZZ)
    set(SLAY_TORCH OFF)
    add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
    add_compile_definitions(FMT_HEADER_ONLY=1)
    add_link_options(-static-libstdc++ -static-libgcc LINKER:--as-needed)
endif()

# Warnings for our own C++; the headers of others are SYSTEM.
function(slay_set_warnings target)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wshadow;-Wnon-virtual-dtor;-Woverloaded-virtual;-Wundef;-Wcast-align;-Wextra-semi>
        # GCC 12 warns of "literal" + std::string where nothing is wrong (GCC bug 105651).
        $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
        $<$<AND:$<BOOL:${SLAY_WERROR}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>)
endfunction()

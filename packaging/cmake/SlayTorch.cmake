# LibTorch and, where both it and an nvcc are there, CUDA. Gives
#   slay_torch               include folders (SYSTEM), definitions and libraries of LibTorch
#   SLAY_CUDA                ON or OFF: whether kernels (.cu) are compiled
#   slay_torch_objects(...)  an object library of the engine, with its precompiled header
include_guard()

set(SLAY_LIBTORCH "$ENV{SLAY_LIBTORCH}" CACHE PATH "A LibTorch of 2.6 or later, used instead of the pinned one")
set(SLAY_CUDA AUTO CACHE STRING "Compile the CUDA kernels: ON, OFF, AUTO (when LibTorch has CUDA and an nvcc is found)")
set_property(CACHE SLAY_CUDA PROPERTY STRINGS AUTO ON OFF)

include(SlayFindTorch)
include(SlayFindCuda)
include(SlayCudaArchitectures)

if(SLAY_CUDA OR NOT SLAY_TORCH_HAS_CUDA)
    if(SLAY_CUDA)
        slay_cuda_architectures(TORCH_CUDA_ARCH_LIST)
    endif()
    # Its package warns of what is of no concern here (kineto, how architectures are named);
    # SlaySummary says what was found. --log-level on the command line shows it all.
    set(CMAKE_MESSAGE_LOG_LEVEL ERROR)
    find_package(Torch 2.6 REQUIRED PATHS ${SLAY_TORCH_ROOT} NO_DEFAULT_PATH)
    unset(CMAKE_MESSAGE_LOG_LEVEL)
    set(slay_torch_libraries ${TORCH_LIBRARIES})
    set(slay_torch_includes ${TORCH_INCLUDE_DIRS})
    separate_arguments(slay_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
else()
    # A LibTorch with CUDA, used without: its CMake package insists on a CUDA Toolkit, so its
    # libraries are named here.
    foreach(library c10 torch_cpu torch)
        add_library(slay_import_${library} SHARED IMPORTED)
        set_target_properties(slay_import_${library} PROPERTIES
            IMPORTED_LOCATION ${SLAY_TORCH_ROOT}/lib/lib${library}.so)
        list(APPEND slay_torch_libraries slay_import_${library})
    endforeach()
    set(slay_torch_includes ${SLAY_TORCH_ROOT}/include ${SLAY_TORCH_ROOT}/include/torch/csrc/api/include)
    set(slay_torch_flags -D_GLIBCXX_USE_CXX11_ABI=1)
endif()

add_library(slay_torch INTERFACE)
target_include_directories(slay_torch SYSTEM INTERFACE ${slay_torch_includes})
target_compile_options(slay_torch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${slay_torch_flags}>)
target_link_libraries(slay_torch INTERFACE ${slay_torch_libraries})
# LibTorch's headers bring a newer fmt of their own, whose library is nowhere: its header-only form.
target_compile_definitions(slay_torch INTERFACE SLAY_HAS_CUDA=$<BOOL:${SLAY_CUDA}> FMT_HEADER_ONLY=1)

# LibTorch's headers write where they lie into every message of a failed check. Only what is built for
# other machines pays for that with other flags than the cache has: everything compiles anew.
option(SLAY_PACKAGE "For a package: leave the folders of this machine out of the programs" OFF)
if(SLAY_PACKAGE)
    foreach(map ${SLAY_TORCH_ROOT}=libtorch ${PROJECT_SOURCE_DIR}=.)
        target_compile_options(slay_torch INTERFACE
            $<$<COMPILE_LANGUAGE:CXX>:-ffile-prefix-map=${map}>
            $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-ffile-prefix-map=${map}>)
    endforeach()
endif()

# slay_use_torch(TARGET): LibTorch privately, with the precompiled header shared by all such targets.
function(slay_use_torch target)
    target_link_libraries(${target} PRIVATE slay_torch)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fPIC>
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
    if(NOT target STREQUAL "slay_torch_pch")
        target_precompile_headers(${target} REUSE_FROM slay_torch_pch)
    endif()
endfunction()

# slay_torch_objects(NAME SOURCES ...): the part of libslay_engine.so that one folder holds.
function(slay_torch_objects name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
    if(NOT SLAY_CUDA)
        list(FILTER arg_SOURCES EXCLUDE REGEX "\\.cu$")
    endif()
    slay_add_library(${name} OBJECT SOURCES ${arg_SOURCES} PUBLIC slay_run slay_core ${arg_LIBS})
    get_target_property(type ${name} TYPE)
    if(type STREQUAL "OBJECT_LIBRARY")
        slay_use_torch(${name})
        set_property(GLOBAL APPEND PROPERTY SLAY_ENGINE_PARTS ${name})
    endif()
endfunction()

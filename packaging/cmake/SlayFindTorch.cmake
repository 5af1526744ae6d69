# Which LibTorch: SLAY_LIBTORCH, else CMAKE_PREFIX_PATH, else the pinned one in the user's cache.
# Sets SLAY_TORCH_ROOT (holds include/, lib/, share/cmake/Torch) and SLAY_TORCH_HAS_CUDA.
include_guard()

if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(slay_cache_home "$ENV{XDG_CACHE_HOME}")
else()
    set(slay_cache_home "$ENV{HOME}/.cache")
endif()
set(slay_pinned_torch "${slay_cache_home}/slay-workbench/libtorch-2.11.0-cu130/torch")

# A wheel's folder that holds torch/ is as good as torch/ itself.
function(slay_torch_root_in result folder)
    foreach(candidate "${folder}" "${folder}/torch" "${folder}/libtorch")
        if(EXISTS "${candidate}/share/cmake/Torch/TorchConfig.cmake")
            set(${result} "${candidate}" PARENT_SCOPE)
            return()
        endif()
    endforeach()
    set(${result} "" PARENT_SCOPE)
endfunction()

set(SLAY_TORCH_ROOT "")
if(SLAY_LIBTORCH)
    slay_torch_root_in(SLAY_TORCH_ROOT "${SLAY_LIBTORCH}")
    if(NOT SLAY_TORCH_ROOT)
        message(FATAL_ERROR "SLAY_LIBTORCH is ${SLAY_LIBTORCH}, and there is no LibTorch in it "
            "(no share/cmake/Torch/TorchConfig.cmake)")
    endif()
else()
    find_path(slay_torch_config_dir TorchConfig.cmake PATHS ${CMAKE_PREFIX_PATH}
        PATH_SUFFIXES share/cmake/Torch torch/share/cmake/Torch
        NO_DEFAULT_PATH NO_CACHE)
    if(slay_torch_config_dir)
        cmake_path(SET SLAY_TORCH_ROOT NORMALIZE "${slay_torch_config_dir}/../../..")
    else()
        slay_torch_root_in(SLAY_TORCH_ROOT "${slay_pinned_torch}")
    endif()
endif()
if(NOT SLAY_TORCH_ROOT)
    message(FATAL_ERROR "No LibTorch found. ./packaging/run fetches the pinned one into "
        "${slay_pinned_torch}; another one (2.6 or later) can be named with -DSLAY_LIBTORCH=DIR.")
endif()

set(SLAY_TORCH_HAS_CUDA OFF)
if(EXISTS "${SLAY_TORCH_ROOT}/lib/libtorch_cuda.so")
    set(SLAY_TORCH_HAS_CUDA ON)
endif()

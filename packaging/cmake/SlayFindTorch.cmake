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
    find_path(slay_torch_config_dir TorchConfig.cmake PATHS ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH
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

file(STRINGS "${SLAY_TORCH_ROOT}/share/cmake/Torch/TorchConfigVersion.cmake" slay_torch_version
    REGEX "^set\\(PACKAGE_VERSION")
string(REGEX MATCH "[0-9][0-9.]*" SLAY_TORCH_VERSION "${slay_torch_version}")
if(SLAY_TORCH_VERSION VERSION_LESS 2.6)
    message(FATAL_ERROR "The LibTorch in ${SLAY_TORCH_ROOT} is ${SLAY_TORCH_VERSION}; 2.6 or later is needed")
endif()

# What an earlier configuration found inside another LibTorch is looked for again.
if(DEFINED CACHE{slay_torch_root_before} AND NOT slay_torch_root_before STREQUAL SLAY_TORCH_ROOT)
    get_cmake_property(slay_cached CACHE_VARIABLES)
    foreach(variable IN LISTS slay_cached)
        string(FIND "${${variable}}" "${slay_torch_root_before}/" position)
        if(position EQUAL 0)
            unset(${variable} CACHE)
        endif()
    endforeach()
endif()
set(slay_torch_root_before "${SLAY_TORCH_ROOT}" CACHE INTERNAL "The LibTorch of the last configuration")

set(SLAY_TORCH_HAS_CUDA OFF)
if(EXISTS "${SLAY_TORCH_ROOT}/lib/libtorch_cuda.so")
    set(SLAY_TORCH_HAS_CUDA ON)
endif()

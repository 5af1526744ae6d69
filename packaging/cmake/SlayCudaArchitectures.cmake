# SLAY_CUDA_ARCHITECTURES as LibTorch's CMake package wants it: it ignores CMAKE_CUDA_ARCHITECTURES
# and makes its own -gencode flags out of TORCH_CUDA_ARCH_LIST ("9.0a" gives compute_90a,sm_90a).
include_guard()

set(SLAY_CUDA_ARCHITECTURES native CACHE STRING
    "CUDA architectures, such as 80;90a: 'native' is this machine's GPU, or 90a without one; 'release-all' is every one a release is built for")

set(slay_release_architectures 80 86 89 90a 100 120)

# This machine's GPUs as 86;90a, or nothing.
function(slay_native_architectures result)
    set(found "")
    find_program(slay_nvidia_smi nvidia-smi NO_CACHE)
    if(slay_nvidia_smi)
        execute_process(COMMAND ${slay_nvidia_smi} --query-gpu=compute_cap --format=csv,noheader
            OUTPUT_VARIABLE text RESULT_VARIABLE status ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
        if(status EQUAL 0)
            string(REGEX MATCHALL "[0-9]+\\.[0-9]" found "${text}")
            list(TRANSFORM found REPLACE "\\." "")
            list(TRANSFORM found REPLACE "^90$" "90a")
            list(REMOVE_DUPLICATES found)
        endif()
    endif()
    set(${result} "${found}" PARENT_SCOPE)
endfunction()

# Those of the release's architectures that this nvcc compiles for.
function(slay_known_architectures result)
    execute_process(COMMAND ${SLAY_NVCC} --list-gpu-code OUTPUT_VARIABLE text RESULT_VARIABLE status)
    set(known "")
    foreach(architecture IN LISTS slay_release_architectures)
        string(REGEX REPLACE "a$" "" plain ${architecture})
        if(text MATCHES "sm_${plain}([^0-9]|$)")
            list(APPEND known ${architecture})
        endif()
    endforeach()
    if(NOT status EQUAL 0 OR NOT known)
        message(FATAL_ERROR "${SLAY_NVCC} --list-gpu-code names none of ${slay_release_architectures}")
    endif()
    set(${result} "${known}" PARENT_SCOPE)
endfunction()

# The value for TORCH_CUDA_ARCH_LIST: 80;90a -> 8.0;9.0a
function(slay_cuda_architectures result)
    set(architectures ${SLAY_CUDA_ARCHITECTURES})
    if(architectures STREQUAL "native")
        slay_native_architectures(architectures)
        if(NOT architectures)
            set(architectures 90a)
        endif()
    elseif(architectures STREQUAL "release-all")
        slay_known_architectures(architectures)
    endif()
    foreach(architecture IN LISTS architectures)
        if(NOT architecture MATCHES "^[0-9]+[0-9]a?$")
            message(FATAL_ERROR "SLAY_CUDA_ARCHITECTURES: '${architecture}' is not an architecture such as 80 or 90a")
        endif()
    endforeach()
    set(SLAY_CUDA_ARCHITECTURES_USED "${architectures}" PARENT_SCOPE)
    list(TRANSFORM architectures REPLACE "([0-9])(a?)$" ".\\1\\2")
    set(${result} "${architectures}" PARENT_SCOPE)
endfunction()

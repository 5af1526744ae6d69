# Which nvcc, and so whether SLAY_CUDA is ON. Reads SLAY_TORCH_ROOT and SLAY_TORCH_HAS_CUDA.
include_guard()

# The CUDA release that LibTorch was built with, such as 13.0; empty where it does not say.
function(slay_torch_cuda_release result)
    set(release "")
    if(EXISTS "${SLAY_TORCH_ROOT}/version.py") # a wheel's
        file(READ "${SLAY_TORCH_ROOT}/version.py" text)
        if(text MATCHES "cuda[^=\n]*= *'([0-9]+\\.[0-9]+)")
            set(release ${CMAKE_MATCH_1})
        endif()
    elseif(EXISTS "${SLAY_TORCH_ROOT}/build-version") # a LibTorch archive's: 2.11.0+cu130
        file(READ "${SLAY_TORCH_ROOT}/build-version" text)
        if(text MATCHES "\\+cu([0-9]+)([0-9])")
            set(release ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})
        endif()
    endif()
    set(${result} "${release}" PARENT_SCOPE)
endfunction()

# An nvcc serves when it runs, is of LibTorch's major CUDA release, and its toolkit has the
# libraries' headers that LibTorch's own headers include.
function(slay_nvcc_serves result candidate)
    execute_process(COMMAND ${candidate} --version OUTPUT_VARIABLE text ERROR_QUIET RESULT_VARIABLE status)
    if(NOT status EQUAL 0 OR NOT text MATCHES "release ([0-9]+)\\.")
        set(${result} FALSE PARENT_SCOPE)
        return()
    endif()
    set(major ${CMAKE_MATCH_1})
    if(slay_torch_cuda AND NOT slay_torch_cuda MATCHES "^${major}\\.")
        message(STATUS "Passed over: ${candidate} is of CUDA ${major}, LibTorch of CUDA ${slay_torch_cuda}")
        set(${result} FALSE PARENT_SCOPE)
    else()
        file(REAL_PATH "${candidate}" real)
        cmake_path(GET real PARENT_PATH folder)
        if(NOT EXISTS "${folder}/../include/cusparse.h")
            message(STATUS "Passed over: ${candidate} has no cusparse.h; its toolkit is incomplete")
            set(${result} FALSE PARENT_SCOPE)
        endif()
    endif()
endfunction()

# The machine's own toolkit comes first; that of the wheels lies beside torch/.
if(SLAY_TORCH_HAS_CUDA)
    slay_torch_cuda_release(slay_torch_cuda)
    cmake_path(SET slay_wheel_toolkit NORMALIZE "${SLAY_TORCH_ROOT}/../nvidia/cu13")
    find_program(SLAY_NVCC NAMES $ENV{CUDACXX} nvcc
        HINTS ENV CUDA_HOME ENV CUDA_PATH
        PATHS /usr/local/cuda /opt/cuda ${slay_wheel_toolkit}
        PATH_SUFFIXES bin VALIDATOR slay_nvcc_serves DOC "The CUDA compiler")
endif()

if(SLAY_CUDA STREQUAL "AUTO")
    if(SLAY_TORCH_HAS_CUDA AND SLAY_NVCC)
        set(SLAY_CUDA ON)
    else()
        set(SLAY_CUDA OFF)
    endif()
elseif(SLAY_CUDA)
    if(NOT SLAY_TORCH_HAS_CUDA)
        message(FATAL_ERROR "SLAY_CUDA is ON, but the LibTorch in ${SLAY_TORCH_ROOT} is built without CUDA")
    elseif(NOT SLAY_NVCC)
        message(FATAL_ERROR "SLAY_CUDA is ON, but there is no nvcc of CUDA ${slay_torch_cuda} on PATH, in "
            "CUDA_HOME, in /usr/local/cuda or beside LibTorch; ./packaging/run fetches one")
    endif()
endif()

if(SLAY_CUDA)
    # LibTorch's CMake package looks for the toolkit by these.
    file(REAL_PATH "${SLAY_NVCC}" slay_nvcc_real)
    cmake_path(GET slay_nvcc_real PARENT_PATH slay_nvcc_folder)
    cmake_path(GET slay_nvcc_folder PARENT_PATH slay_toolkit)
    set(CMAKE_CUDA_COMPILER "${SLAY_NVCC}" CACHE FILEPATH "The CUDA compiler")
    set(CUDAToolkit_ROOT "${slay_toolkit}" CACHE PATH "The CUDA Toolkit")
    set(CUDA_TOOLKIT_ROOT_DIR "${slay_toolkit}" CACHE PATH "The CUDA Toolkit")
endif()

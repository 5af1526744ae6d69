# Which nvcc, and so whether SLAY_CUDA is ON. Reads SLAY_TORCH_ROOT and SLAY_TORCH_HAS_CUDA.
include_guard()

# The toolkit of the wheels lies beside torch/; the machine's own comes first.
set(slay_wheel_toolkit "${SLAY_TORCH_ROOT}/../nvidia/cu13")
cmake_path(NORMAL_PATH slay_wheel_toolkit)
find_program(SLAY_NVCC nvcc
    HINTS ENV CUDACXX ENV CUDA_HOME ENV CUDA_PATH
    PATHS /usr/local/cuda /opt/cuda ${slay_wheel_toolkit}
    PATH_SUFFIXES bin DOC "The CUDA compiler")

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
        message(FATAL_ERROR "SLAY_CUDA is ON, but there is no nvcc on PATH, in CUDA_HOME, in /usr/local/cuda "
            "or beside LibTorch; ./packaging/run fetches one")
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

# engine/core/build_info.cpp.in -> generated/build_info.cpp, looked at anew at every build and
# rewritten only when something changed, so that a commit costs one small file.
include_guard()

# slay_add_build_info(TARGET)
function(slay_add_build_info target)
    set(output ${PROJECT_BINARY_DIR}/generated/build_info.cpp)
    set(write_it ${CMAKE_COMMAND}
        -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
        -D OUTPUT=${output}
        -D VERSION=${PROJECT_VERSION}
        -D "BUILD_TYPE=${CMAKE_BUILD_TYPE}"
        -D "SANITIZERS=${SLAY_SANITIZE}"
        -D "COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
        -P ${PROJECT_SOURCE_DIR}/packaging/cmake/write_build_info.cmake)
    add_custom_target(slay_build_info COMMAND ${write_it} BYPRODUCTS ${output}
        COMMENT "Reading the version" VERBATIM)
    target_sources(${target} PRIVATE ${output})
    add_dependencies(${target} slay_build_info)
endfunction()

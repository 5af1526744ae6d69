# Run at build time: cmake -D SOURCE_DIR= -D OUTPUT= -D VERSION= ... -P write_build_info.cmake
set(REVISION unknown)
set(DIRTY false)
find_program(git git)
if(git)
    execute_process(COMMAND ${git} -C ${SOURCE_DIR} rev-parse --show-toplevel
        OUTPUT_VARIABLE top RESULT_VARIABLE status ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    # Sources unpacked inside somebody else's checkout have no revision of their own.
    file(REAL_PATH ${SOURCE_DIR} source)
    if(status EQUAL 0 AND top STREQUAL source)
        execute_process(COMMAND ${git} -C ${SOURCE_DIR} rev-parse HEAD
            OUTPUT_VARIABLE revision RESULT_VARIABLE status ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
        if(status EQUAL 0)
            set(REVISION ${revision})
            execute_process(COMMAND ${git} --no-optional-locks -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                OUTPUT_VARIABLE changes ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
            if(changes)
                set(DIRTY true)
            endif()
        endif()
    endif()
endif()
configure_file(${SOURCE_DIR}/engine/core/build_info.cpp.in ${OUTPUT} @ONLY)

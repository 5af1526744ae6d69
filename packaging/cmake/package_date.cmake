# Read by cpack before it packs: files are dated with the commit, so that the same commit gives the
# same package. A SOURCE_DATE_EPOCH of one's own goes before it.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND git -C ${CPACK_SLAY_SOURCE_DIR} log -1 --format=%ct
        OUTPUT_VARIABLE committed OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(committed MATCHES "^[0-9]+$")
        set(ENV{SOURCE_DATE_EPOCH} ${committed})
    endif()
endif()

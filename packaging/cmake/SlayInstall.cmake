# cmake --install: bin/ holds the programs, lib/slay-workbench/ their libraries, share/ the presets.
include_guard()
include(GNUInstallDirs)

# Not CMAKE_INSTALL_LIBDIR: the programs look for libslay_engine.so in ../lib/slay-workbench.
set(slay_library_folder lib/slay-workbench)
cmake_path(RELATIVE_PATH slay_library_folder BASE_DIRECTORY ${CMAKE_INSTALL_BINDIR}
    OUTPUT_VARIABLE slay_library_from_bin)

set(slay_programs slay-bench slay-workbench)
set(slay_libraries slay_core slay_run slay_engine slay_vocabulary)
foreach(target IN LISTS slay_programs slay_libraries)
    if(NOT TARGET ${target})
        continue()
    endif()
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
        continue()
    endif()
    set(runpath $ORIGIN)
    if(target IN_LIST slay_programs)
        list(APPEND runpath $ORIGIN/${slay_library_from_bin})
    elseif(target STREQUAL "slay_engine" AND SLAY_LIBTORCH)
        # One that the user named. The pinned one is found at run time, in the cache of whoever runs
        # the program (engine/run/libtorch_place.h): a package names no folder of the builder's.
        list(APPEND runpath ${SLAY_TORCH_ROOT}/lib)
    endif()
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "${runpath}")
    install(TARGETS ${target}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        LIBRARY DESTINATION ${slay_library_folder})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/presets DESTINATION ${CMAKE_INSTALL_DATADIR}/slay-workbench)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/slay-workbench)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
# What the first start fetches LibTorch with, in the source tree's places.
install(PROGRAMS ${PROJECT_SOURCE_DIR}/packaging/libtorch/fetch-libtorch
    DESTINATION ${CMAKE_INSTALL_DATADIR}/slay-workbench/packaging/libtorch)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/libtorch/requirements.txt
    DESTINATION ${CMAKE_INSTALL_DATADIR}/slay-workbench/packaging/libtorch)
install(FILES ${PROJECT_SOURCE_DIR}/packaging/lib/say.sh ${PROJECT_SOURCE_DIR}/packaging/lib/libtorch.sh
    DESTINATION ${CMAKE_INSTALL_DATADIR}/slay-workbench/packaging/lib)

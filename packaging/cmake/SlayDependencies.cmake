# What comes from the distribution's packages.
include_guard()

find_package(nlohmann_json 3.10 REQUIRED)
find_package(fmt 8 REQUIRED)
find_package(CLI11 2.0 REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED) # journals that were compressed

# Learns the vocabulary of a text. Without it everything else is built, and a run on text says so.
find_path(SLAY_SENTENCEPIECE_INCLUDE sentencepiece_trainer.h)
find_library(SLAY_SENTENCEPIECE_LIBRARY sentencepiece)
find_library(SLAY_SENTENCEPIECE_TRAIN_LIBRARY sentencepiece_train)
mark_as_advanced(SLAY_SENTENCEPIECE_INCLUDE SLAY_SENTENCEPIECE_LIBRARY SLAY_SENTENCEPIECE_TRAIN_LIBRARY)
if(SLAY_SENTENCEPIECE_INCLUDE AND SLAY_SENTENCEPIECE_LIBRARY AND SLAY_SENTENCEPIECE_TRAIN_LIBRARY)
    set(SLAY_SENTENCEPIECE ON)
    add_library(slay_sentencepiece INTERFACE)
    target_include_directories(slay_sentencepiece SYSTEM INTERFACE ${SLAY_SENTENCEPIECE_INCLUDE})
    target_link_libraries(slay_sentencepiece INTERFACE
        ${SLAY_SENTENCEPIECE_LIBRARY} ${SLAY_SENTENCEPIECE_TRAIN_LIBRARY})
else()
    set(SLAY_SENTENCEPIECE OFF)
endif()

set(SLAY_QT AUTO CACHE STRING "Build the window, the figures and the tests, which need Qt 6: ON, OFF, AUTO (when found)")
set_property(CACHE SLAY_QT PROPERTY STRINGS AUTO ON OFF)

if(SLAY_QT)
    set(slay_qt_components Core Gui Widgets PrintSupport Svg Test)
    if(SLAY_QT STREQUAL "AUTO")
        find_package(Qt6 6.4 QUIET COMPONENTS ${slay_qt_components})
        find_package(QCustomPlotQt6 QUIET)
        if(Qt6_FOUND AND QCustomPlotQt6_FOUND)
            set(SLAY_QT ON)
        else()
            set(SLAY_QT OFF)
        endif()
    else()
        find_package(Qt6 6.4 REQUIRED COMPONENTS ${slay_qt_components})
        find_package(QCustomPlotQt6 REQUIRED)
    endif()
endif()

# Reads PDF files: the check of exported figures, and the preview of tables. Without Qt there are no
# figures, and a program for a server should need little there.
find_path(SLAY_POPPLER_INCLUDE poppler-document.h PATH_SUFFIXES poppler/cpp)
find_library(SLAY_POPPLER_LIBRARY poppler-cpp)
mark_as_advanced(SLAY_POPPLER_INCLUDE SLAY_POPPLER_LIBRARY)
if(SLAY_QT AND SLAY_POPPLER_INCLUDE AND SLAY_POPPLER_LIBRARY)
    set(SLAY_POPPLER ON)
    add_library(slay_poppler INTERFACE)
    target_include_directories(slay_poppler SYSTEM INTERFACE ${SLAY_POPPLER_INCLUDE})
    target_link_libraries(slay_poppler INTERFACE ${SLAY_POPPLER_LIBRARY})
else()
    set(SLAY_POPPLER OFF)
endif()

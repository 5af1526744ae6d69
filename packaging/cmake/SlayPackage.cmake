# cpack, in a build folder: slay-workbench_VERSION_amd64.deb, and a tarball whose folder can be moved
# anywhere. Neither holds LibTorch: the first start fetches it.
include_guard()

set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_NAME slay-workbench)
set(CPACK_PACKAGE_VENDOR "The authors of SLAY Workbench")
# A maintainer field has to hold an address. The package has no mailbox: this one can belong to nobody
# (RFC 2606).
set(CPACK_PACKAGE_CONTACT "The authors of SLAY Workbench <slay-workbench@package.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Benchmark attention variants: time, memory, error, training")
set(CPACK_PACKAGE_DESCRIPTION
"A window and a command line that measure softmax, Performer, linear, cosine and
spherical Yat attention side by side, on a CPU or on NVIDIA GPUs, and write the
tables and figures that a paper needs.
.
LibTorch does the measuring. It is not in this package: the first start offers to
fetch it (2.5 GB) into the user's cache, checked by hash.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_SLAY_SOURCE_DIR ${PROJECT_SOURCE_DIR})
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/packaging/cmake/package_date.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "https://arxiv.org/abs/2602.04915")
# Qt, QCustomPlot, fmt, zlib, SentencePiece: by what the programs link. LibTorch's libraries belong to no
# package, which dpkg-shlibdeps passes over when it is told where they lie.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(slay_private_folders ${SLAY_TORCH_ROOT}/lib)
file(GLOB slay_nvidia_folders ${SLAY_TORCH_ROOT}/../nvidia/*/lib)
list(APPEND slay_private_folders ${CMAKE_LIBRARY_OUTPUT_DIRECTORY} ${slay_nvidia_folders})
foreach(language CUDA)
    list(APPEND slay_private_folders ${CMAKE_${language}_IMPLICIT_LINK_DIRECTORIES})
endforeach()
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${slay_private_folders})
# What shlibdeps cannot see: what fetches LibTorch, the plug-in that draws icons, a face to draw with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "python3, python3-pip, unzip, ca-certificates, libqt6svg6, fonts-dejavu-core")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-texgyre, fonts-liberation, xdg-utils")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
    "texlive-latex-recommended, texlive-science, texlive-pictures, openssh-client")

# Packing takes what is built and builds nothing, least of all the tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

include(CPack)

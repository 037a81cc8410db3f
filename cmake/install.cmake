# What of the installation depends on where it goes, which `cmake --install --prefix` may say as late as now: the
# configuration, which belongs to its reader as soon as it is there, the units, which hold absolute paths, and what the
# system has to be told. CMakeLists.txt sets the SCTPD_… used here.
macro(sctpd_place variable directory)
  if(IS_ABSOLUTE "${directory}")
    set(${variable} "${directory}")
  elseif("${directory}" STREQUAL "etc" AND "${CMAKE_INSTALL_PREFIX}" STREQUAL "/usr")
    set(${variable} /etc)
  else()
    set(${variable} "${CMAKE_INSTALL_PREFIX}/${directory}")
  endif()
endmacro()

sctpd_place(CMAKE_INSTALL_FULL_BINDIR "${SCTPD_BINDIR}")
sctpd_place(CMAKE_INSTALL_FULL_SYSCONFDIR "${SCTPD_SYSCONFDIR}")
sctpd_place(CMAKE_INSTALL_FULL_DOCDIR "${SCTPD_DOCDIR}")
sctpd_place(sctpd_data "${SCTPD_DATADIR}/sctpd")

# --- the configuration ---
# One that is as the last installation left it (a copy lies in share/sctpd) is replaced; one that somebody edited is
# not: what is new goes beside it.
set(sctpd_shipped "${SCTPD_SOURCE}/etc/sctpd.conf")
set(sctpd_conf "$ENV{DESTDIR}${CMAKE_INSTALL_FULL_SYSCONFDIR}/sctpd.conf")
set(sctpd_last "$ENV{DESTDIR}${sctpd_data}/sctpd.conf")
set(sctpd_name sctpd.conf)
if(IS_SYMLINK "${sctpd_conf}")
  set(sctpd_name sctpd.conf.new)
elseif(EXISTS "${sctpd_conf}")
  file(READ "${sctpd_shipped}" sctpd_new)
  file(READ "${sctpd_conf}" sctpd_there)
  set(sctpd_before "${sctpd_new}")
  if(EXISTS "${sctpd_last}")
    file(READ "${sctpd_last}" sctpd_before)
  endif()
  if(NOT sctpd_there STREQUAL sctpd_new AND NOT sctpd_there STREQUAL sctpd_before)
    set(sctpd_name sctpd.conf.new)
  endif()
endif()
file(INSTALL DESTINATION "${CMAKE_INSTALL_FULL_SYSCONFDIR}" TYPE FILE RENAME "${sctpd_name}" FILES "${sctpd_shipped}")
if(sctpd_name STREQUAL "sctpd.conf.new")
  message(STATUS "${sctpd_conf} has been edited and stays as it is; what is new is in ${sctpd_name} beside it")
  list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${CMAKE_INSTALL_FULL_SYSCONFDIR}/sctpd.conf")
endif()
file(INSTALL DESTINATION "${sctpd_data}" TYPE FILE FILES "${sctpd_shipped}")

# --- the units ---
configure_file("${SCTPD_SOURCE}/systemd/sctpd.service.in" "${SCTPD_BUILD}/systemd/sctpd.service" @ONLY)
file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system" TYPE FILE
  FILES "${SCTPD_BUILD}/systemd/sctpd.service" "${SCTPD_SOURCE}/systemd/sctpd.socket")
file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/sysusers.d" TYPE FILE RENAME sctpd.conf
  FILES "${SCTPD_SOURCE}/systemd/sctpd.sysusers.conf")

# --- the system ---
# Where its library, its user and its units are looked for: what a package's scripts would do.
macro(sctpd_tell program)
  find_program(sctpd_${program} ${program} PATHS /usr/sbin /sbin)
  if(sctpd_${program})
    message(STATUS "Running: ${program} ${ARGN}")
    execute_process(COMMAND "${sctpd_${program}}" ${ARGN} RESULT_VARIABLE sctpd_result)
    if(NOT sctpd_result EQUAL 0)
      message(WARNING "${program} ${ARGN} failed: ${sctpd_result}")
    endif()
  endif()
endmacro()

execute_process(COMMAND id -u OUTPUT_VARIABLE sctpd_user OUTPUT_STRIP_TRAILING_WHITESPACE)
if(SCTPD_SETUP AND "$ENV{DESTDIR}" STREQUAL "" AND sctpd_user STREQUAL "0" AND CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?$")
  sctpd_tell(ldconfig)
  sctpd_tell(systemd-sysusers "${CMAKE_INSTALL_PREFIX}/lib/sysusers.d/sctpd.conf")
  if(EXISTS /run/systemd/system)
    sctpd_tell(systemctl daemon-reload)
  endif()
endif()

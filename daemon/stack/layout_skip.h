/* No #pragma once: included before each .def, which undefines the row macros at its end. Removes the rows
 * that the present stack (LAYOUT_KERNEL or LAYOUT_USRSCTP) does not have. */
#ifdef LAYOUT_KERNEL
#define EVENT_USRSCTP(...)
#define OPTION_USRSCTP(...)
#define FIELD_USRSCTP(...)
#define TAIL_USRSCTP(...)
#define NAME_USRSCTP(set, name, symbol) NAME_NONE(set, name)
#else
#define OPTION_KERNEL(...)
#define FIELD_KERNEL(...)
#define TAIL_KERNEL(...)
#define NAME_KERNEL(set, name, symbol) NAME_NONE(set, name)
#endif
#define EVENT_DAEMON(...)
#define OPTION_DAEMON(...)
#define OPTION_KEPT(...)
#define FIELD_DAEMON(...)

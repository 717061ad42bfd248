#ifndef LEXLINE_TEST_SIP_PORTS_H
#define LEXLINE_TEST_SIP_PORTS_H
#include "voice/media.h"
extern struct port_setup last_setup;
extern int port_setups;
#endif

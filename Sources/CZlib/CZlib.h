// The system's zlib, for frames that are deflated (protocol/wire.md, section 3).
#include <zlib.h>

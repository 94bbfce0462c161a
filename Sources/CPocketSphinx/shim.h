#include <pocketsphinx/pocketsphinx.h>
#include <sphinxbase/err.h>

#ifndef C_DASHBOARD_FILES_H
#define C_DASHBOARD_FILES_H

#include <stddef.h>

/// One file of web/dashboard, compiled into the binary. All pointers live as long as the process.
struct tom_dashboard_file {
    /// Path as in the URL, starting with '/'.
    const char *path;
    const unsigned char *bytes;
    size_t count;
};

/// Number of files.
size_t tom_dashboard_file_count(void);

/// The file with an index below the count; NULL for any other.
const struct tom_dashboard_file *tom_dashboard_file_at(size_t index);

#endif

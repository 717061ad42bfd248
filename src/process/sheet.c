/* Excel files through libxlsxwriter, written to memory: case data never lies in clear on the disk.
 */
/* First: its headers use functions that ours forbid. */
#include <xlsxwriter.h>

#include <sys/mman.h>
#include <unistd.h>

#include "process/sheet.h"

struct sheet {
	int fd;
	lxw_workbook *book;
	lxw_worksheet *page;
	lxw_format *head, *when, *share;
	uint32_t row;
	uint16_t col;
};

struct sheet *sheet_new(const char *title, const char *const *headings, const double *widths,
			size_t n)
{
	struct sheet *s = calloc(1, sizeof(*s));
	char path[32];

	if (!s)
		abort();
	s->fd = memfd_create("sheet", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	s->book = workbook_new(path);
	s->page = workbook_add_worksheet(s->book, title);
	s->head = workbook_add_format(s->book);
	format_set_bold(s->head);
	format_set_bottom(s->head, LXW_BORDER_THIN);
	s->when = workbook_add_format(s->book);
	format_set_num_format(s->when, "yyyy-mm-dd hh:mm");
	s->share = workbook_add_format(s->book);
	format_set_num_format(s->share, "0.0%");
	for (uint16_t i = 0; i < n; i++) {
		worksheet_set_column(s->page, i, i, widths[i], NULL);
		worksheet_write_string(s->page, 0, i, headings[i], s->head);
	}
	worksheet_freeze_panes(s->page, 1, 0);
	s->row = 1;
	return s;
}

/** A cell holds at most 32767 characters (Excel). Written as text: "=…" stays text. */
void sheet_text(struct sheet *s, struct str text)
{
	size_t len = 0;
	char *copy;

	for (size_t n = 0; len < text.len && n < 32000; n++)
		(void)utf8_next(text, &len);
	copy = strndup(text.p ? text.p : "", len);
	if (copy && *copy)
		worksheet_write_string(s->page, s->row, s->col, copy, NULL);
	free(copy);
	s->col++;
}

void sheet_number(struct sheet *s, double n)
{
	worksheet_write_number(s->page, s->row, s->col++, n, NULL);
}

void sheet_share(struct sheet *s, double part)
{
	worksheet_write_number(s->page, s->row, s->col++, part, s->share);
}

void sheet_nothing(struct sheet *s)
{
	s->col++;
}

void sheet_time(struct sheet *s, const struct zone *z, int64_t at_ms)
{
	struct civil c;

	if (at_ms) {
		zone_local(z, at_ms, &c);
		lxw_datetime at = {c.year, c.month, c.day, c.hour, c.minute, c.second};

		worksheet_write_datetime(s->page, s->row, s->col, &at, s->when);
	}
	s->col++;
}

void sheet_row_end(struct sheet *s)
{
	s->row++;
	s->col = 0;
}

static int read_all(int fd, struct buf *out)
{
	char chunk[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		buf_add(out, chunk, (size_t)n);
		at += n;
	}
	return n < 0 || !at ? -E_IO : 0;
}

int sheet_finish(struct sheet *s, struct buf *out, struct fault *f)
{
	lxw_error e = workbook_close(s->book);
	int err = e == LXW_NO_ERROR ? read_all(s->fd, out) : -E_IO;

	if (err < 0)
		fail(f, E_IO, "", "the Excel file couldn't be written: %s", lxw_strerror(e));
	close(s->fd);
	free(s);
	return err;
}

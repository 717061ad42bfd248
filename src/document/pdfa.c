/*
 * PDF/A-2b (ISO 19005-2) on top of what Cairo writes: XMP that says so and agrees with the document
 * information, an output intent with sRGB's profile, print flags on links (6.3.2), a file identifier.
 */
#include "document/set.h"

#include <lcms2.h>
#include <pthread.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/time.h"

/* ---- the profile ---------------------------------------------------------------------------- */

static struct str srgb;
static pthread_once_t srgb_once = PTHREAD_ONCE_INIT;

/* Bytes 24–35 of a profile are the time it was made: fixed, so that equal documents are equal files. */
static void make_srgb(void)
{
	static const uint8_t made[12] = {0x07, 0xEA, 0, 1, 0, 1};
	cmsHPROFILE profile = cmsCreate_sRGBProfile();
	cmsUInt32Number len = 0;
	char *p;

	cmsSetProfileVersion(profile, 2.1);
	cmsSaveProfileToMem(profile, NULL, &len);
	p = mem_new(len);
	cmsSaveProfileToMem(profile, p, &len);
	cmsCloseProfile(profile);
	memcpy(p + 24, made, sizeof(made));
	srgb = (struct str){p, len};
}

/* ---- XMP ------------------------------------------------------------------------------------ */

static void add_xml(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '&')
			buf_adds(out, "&amp;");
		else if (c == '<')
			buf_adds(out, "&lt;");
		else if (c == '>')
			buf_adds(out, "&gt;");
		else if (c >= ' ' || c == '\n' || c == '\t')
			buf_addc(out, (char)c);
	}
}

static void add_item(struct buf *out, const char *before, struct str text, const char *behind)
{
	if (!text.len)
		return;
	buf_adds(out, before);
	add_xml(out, text);
	buf_adds(out, behind);
}

static void make_xmp(const struct doc *d, struct str producer, struct buf *out)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	buf_adds(out, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
		      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
		      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
		      "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
		      "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
		      "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n"
		      "<dc:format>application/pdf</dc:format>\n");
	add_item(out, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">", d->title, "</rdf:li></rdf:Alt></dc:title>\n");
	add_item(out, "<dc:creator><rdf:Seq><rdf:li>", d->author, "</rdf:li></rdf:Seq></dc:creator>\n");
	add_item(out, "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">", d->subject,
		 "</rdf:li></rdf:Alt></dc:description>\n");
	add_item(out, "<pdf:Keywords>", d->keywords, "</pdf:Keywords>\n");
	add_item(out, "<pdf:Producer>", producer, "</pdf:Producer>\n");
	buf_printf(out, "<xmp:CreatorTool>Lexline</xmp:CreatorTool><xmp:CreateDate>%s</xmp:CreateDate>\n",
		   time_format(a, d->created_ms / 1000 * 1000, NULL));
	buf_adds(out, "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>");
}

/* ---- objects -------------------------------------------------------------------------------- */

static qpdf_oh add_stream(qpdf_data q, struct str data)
{
	qpdf_oh stream = qpdf_oh_new_stream(q);
	qpdf_oh none = qpdf_oh_new_null(q);

	qpdf_oh_replace_stream_data(q, stream, (const unsigned char *)data.p, data.len, none, none);
	return stream;
}

static void set_name(qpdf_data q, qpdf_oh stream, const char *key, const char *name)
{
	qpdf_oh_replace_key(q, qpdf_oh_get_dict(q, stream), key, qpdf_oh_new_name(q, name));
}

static void add_intent(qpdf_data q, qpdf_oh root)
{
	qpdf_oh intent = qpdf_oh_parse(q, "<< /Type /OutputIntent /S /GTS_PDFA1 "
					  "/OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) >>");
	qpdf_oh list = qpdf_oh_new_array(q), profile = add_stream(q, srgb);

	qpdf_oh_replace_key(q, qpdf_oh_get_dict(q, profile), "/N", qpdf_oh_new_integer(q, 3));
	qpdf_oh_replace_key(q, intent, "/DestOutputProfile", profile);
	qpdf_oh_append_item(q, list, intent);
	qpdf_oh_replace_key(q, root, "/OutputIntents", list);
}

/* 6.3.2: every annotation has the key F with Print set. */
static void flag_links(qpdf_data q)
{
	int pages = qpdf_get_num_pages(q);

	for (int i = 0; i < pages; i++) {
		qpdf_oh annots = qpdf_oh_get_key(q, qpdf_get_page_n(q, (size_t)i), "/Annots");
		int n = qpdf_oh_is_array(q, annots) ? qpdf_oh_get_array_n_items(q, annots) : 0;

		for (int k = 0; k < n; k++)
			qpdf_oh_replace_key(q, qpdf_oh_get_array_item(q, annots, k), "/F", qpdf_oh_new_integer(q, 4));
	}
}

static struct str producer_of(qpdf_data q)
{
	qpdf_oh info = qpdf_oh_get_key(q, qpdf_get_trailer(q), "/Info");
	qpdf_oh producer = qpdf_oh_is_dictionary(q, info) ? qpdf_oh_get_key(q, info, "/Producer") : 0;

	return producer && qpdf_oh_is_string(q, producer) ? str_of(qpdf_oh_get_utf8_value(q, producer)) : STR_NULL;
}

static void complete(const struct doc *d, qpdf_data q)
{
	CLEANUP(buf_free) struct buf xmp = {0};
	qpdf_oh root = qpdf_get_root(q), metadata;

	make_xmp(d, producer_of(q), &xmp);
	metadata = add_stream(q, buf_str(&xmp));
	set_name(q, metadata, "/Type", "/Metadata");
	set_name(q, metadata, "/Subtype", "/XML");
	qpdf_oh_replace_key(q, root, "/Metadata", metadata);
	qpdf_oh_replace_key(q, root, "/Lang", qpdf_oh_new_string(q, d->lang));
	qpdf_oh_replace_key(q, root, "/ViewerPreferences", qpdf_oh_parse(q, "<< /DisplayDocTitle true >>"));
	add_intent(q, root);
	flag_links(q);
}

/*
 * Cairo 1.16 numbers an object for each page that it then never writes, and lists it at the place of
 * whatever comes next. Such entries are marked free, or readers would call the file damaged and rebuild it.
 */
static void free_phantoms(char *pdf, size_t len)
{
	static const char free_entry[] = "0000000000 65535 f";
	char *table = len > 40 ? memmem(pdf, len, "\nxref\n", 6) : NULL, *end = pdf + len;
	unsigned long first, n, offset;
	char name[24];
	int used;

	if (!table || sscanf(table + 6, "%lu %lu\n%n", &first, &n, &used) != 2)
		return;
	table += 6 + used;
	for (unsigned long i = 0; i < n && table + (i + 1) * 20 <= end; i++) {
		char *entry = table + i * 20;
		int name_len = snprintf(name, sizeof(name), "%lu 0 obj", first + i);

		offset = strtoul(entry, NULL, 10);
		if (entry[17] == 'n' && (offset + (size_t)name_len > len || memcmp(pdf + offset, name, (size_t)name_len) != 0))
			memcpy(entry, free_entry, sizeof(free_entry) - 1);
	}
}

int pdfa_finish(const struct doc *d, struct buf *pdf, struct buf *out, struct fault *f)
{
	qpdf_data q = qpdf_init();
	int r = 0;

	pthread_once(&srgb_once, make_srgb);
	free_phantoms(pdf->p, pdf->len);
	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	qpdf_set_attempt_recovery(q, QPDF_FALSE);
	if (qpdf_read_memory(q, d->file, pdf->p, pdf->len, NULL) & QPDF_ERRORS)
		r = fail(f, E_INTERNAL, "", "the PDF just drawn can't be read: %s",
			 qpdf_has_error(q) ? qpdf_get_error_full_text(q, qpdf_get_error(q)) : "");
	if (r == 0) {
		complete(d, q);
		qpdf_init_write_memory(q);
		qpdf_set_deterministic_ID(q, QPDF_TRUE);
		qpdf_set_preserve_unreferenced_objects(q, QPDF_FALSE);
		if (qpdf_write(q) & QPDF_ERRORS)
			r = fail(f, E_INTERNAL, "", "the PDF can't be completed: %s",
				 qpdf_has_error(q) ? qpdf_get_error_full_text(q, qpdf_get_error(q)) : "");
	}
	if (r == 0)
		buf_add(out, qpdf_get_buffer(q), qpdf_get_buffer_length(q));
	qpdf_cleanup(&q);
	return r;
}

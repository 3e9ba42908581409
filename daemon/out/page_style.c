/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/page_style.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/digest.h"

/* 4 characters for 3 bytes, and the NUL. */
#define BASE64_SIZE ((DIGEST_MAX + 2) / 3 * 4 + 1)

/* Contrast is at least 4.5 for text and 3 for the bars, in both schemes. */
const char page_style[] =
	"\n"
	":root{color-scheme:light dark;--bg:#fdfdfc;--fg:#1b1d20;--soft:#5b6168;--line:#dfe0dd;"
	"--bad:#b3261e;--badbg:#fdf1ef;--odd:#8a6100;--good:#77879a;--link:#0b57a4}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#131518;--fg:#e6e7e4;--soft:#a3a8ae;"
	"--line:#2d3136;--bad:#ff8f80;--badbg:#2b1a19;--odd:#e0b24c;--good:#71829a;"
	"--link:#8ab9f2}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:80rem;padding:1.25rem 1.5rem 2.5rem;background:var(--bg);"
	"color:var(--fg);font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"DejaVu "
	"Sans\",sans-serif;font-variant-numeric:tabular-nums}\n"
	"header{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;"
	"border-bottom:1px solid var(--line);padding-bottom:.6rem}\n"
	"h1{font-size:1.1rem;margin:0;letter-spacing:.01em}\n"
	"h1 span,header p{font-weight:400;color:var(--soft);font-size:.875rem;margin:0}\n"
	"header p:last-child{margin-left:auto}\n"
	"h2{font-size:1rem;margin:2.25rem 0 .5rem}\n"
	"a{color:var(--link)}\n"
	".state{font-size:1.75rem;line-height:1.25;font-weight:600;margin:1.5rem 0 .25rem;"
	"text-wrap:balance}\n"
	".bad{color:var(--bad)}.odd{color:var(--odd)}.soft{color:var(--soft);font-weight:400}\n"
	".sums{margin:.25rem 0 1.25rem;font-size:1.05rem}\n"
	"svg{display:block;width:100%}\n"
	".f{fill:var(--bad)}.u{fill:var(--odd)}.g{fill:var(--good)}\n"
	"figure{margin:0}.hour{height:4.5rem;border-bottom:1px solid var(--soft)}\n"
	"figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;"
	"font-size:.8125rem;color:var(--soft);padding-top:.2rem}\n"
	".legend{flex:0 0 100%}.legend>span{margin-left:.6em}.gc{color:var(--good)}\n"
	"table{border-collapse:collapse;width:100%;font-size:.9375rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.5rem 1.1rem .5rem 0;font-weight:400}\n"
	"thead th{font-size:.8125rem;color:var(--soft);padding-top:0;padding-bottom:.25rem}\n"
	"tbody tr{border-top:1px solid var(--line)}\n"
	"tr>:last-child{padding-right:0}\n"
	".n{text-align:right;white-space:nowrap}.t{white-space:nowrap}\n"
	".t .soft,.failures th .soft,.ends{display:block;font-size:.8125rem}\n"
	".name,.cause,.ends{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans "
	"Mono\",monospace;font-size:.875rem;overflow-wrap:anywhere}\n"
	".ends{font-size:.75rem}\n"
	".cause{color:var(--bad);font-weight:700}.old .cause{color:var(--fg)}\n"
	".failures th:first-child{min-width:13rem}.failures .who{min-width:15rem}.last{min-width:14rem;overflow-wrap:anywhere}\n"
	".names{max-width:56rem}.names td.spark{width:16rem}\n"
	"svg.spark{height:1.5rem;border-bottom:1px solid var(--line)}\n"
	".key{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;"
	"white-space:nowrap}\n"
	".note{font-size:.8125rem;color:var(--soft);margin:.5rem 0 0}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem;margin:0;"
	"font-size:.9375rem}\n"
	"dt{color:var(--soft)}dd{margin:0;min-width:0}\n"
	"footer{margin-top:2.25rem;padding-top:.75rem;border-top:1px solid var(--line);"
	"font-size:.875rem;color:var(--soft)}\n"
	"footer a{margin-right:1.25rem}\n"
	"@media(max-width:56rem){body{padding:1rem}.state{font-size:1.4rem}\n"
	"thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}\n"
	"table,tbody{display:block}tr{display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:.6rem 0}\n"
	"th,td{padding:0}tr>.who,tr>.last,.failures tr>th,.names tr>td.spark{flex:0 0 100%;"
	"min-width:0;width:auto}\n"
	".key{position:static;clip-path:none;width:auto;height:auto;color:var(--soft)}\n"
	".t .soft{display:inline}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}\n";

void page_policy(struct text *out)
{
	struct bytes style = { (const uint8_t *)page_style, strlen(page_style) };
	uint8_t sum[DIGEST_MAX];
	char base64[BASE64_SIZE];
	size_t n = digest(DIGEST_SHA256, style, sum);

	text_string(out, "default-src 'none'; base-uri 'none'; form-action 'none'; "
			 "frame-ancestors 'none'; img-src data:; style-src ");
	/* Without a digest the page is plain rather than open. */
	if (!n || EVP_EncodeBlock((unsigned char *)base64, sum, (int)n) <= 0)
		text_string(out, "'none'");
	else
		text_printf(out, "'sha256-%s'", base64);
}

"""What libsctpd's package promises: its symbols are those of the header and of the map, the header stands alone."""
import os
import re
import shutil
import subprocess
import unittest

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD_DIR", os.path.join(SOURCE, "build"))
HEADER = os.path.join(SOURCE, "client-lib", "sctpd.h")


def functions(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return set(re.findall(r"\b(sctpd_\w+)\(", text))


class Library(unittest.TestCase):
    def test_exports_what_the_header_declares(self):
        with open(HEADER) as f:
            declared = functions(f.read())
        self.assertGreater(len(declared), 20)
        library = os.path.join(BUILD, "client-lib", "libsctpd.so.0")
        out = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", library], check=True, capture_output=True,
                             text=True, timeout=30).stdout
        exported = [line.split()[-1] for line in out.splitlines() if " A " not in line and "__asan" not in line
                    and "__odr_asan" not in line]
        self.assertEqual({name.split("@")[0] for name in exported}, declared)
        self.assertTrue(all(name.endswith("@@LIBSCTPD_0.1") for name in exported), exported)

    def test_the_static_one_has_no_names_but_the_header_s(self):
        with open(HEADER) as f:
            declared = functions(f.read())
        archive = os.path.join(BUILD, "client-lib", "libsctpd.a")
        out = subprocess.run(["nm", "-g", "--defined-only", archive], check=True, capture_output=True, text=True, timeout=30).stdout
        names = {line.split()[2] for line in out.splitlines() if len(line.split()) == 3}
        self.assertEqual({name for name in names if not name.startswith(("__odr_asan", "__asan"))}, declared)

    def test_the_example_in_the_header_compiles(self):
        with open(HEADER) as f:
            comment = f.read().split("*/")[0]
        example = "\n".join(line[3:] for line in comment.splitlines() if line.startswith(" *\t"))
        start = example.index("static void on_notification")
        source = ("#include <inttypes.h>\n#include <stdio.h>\n#include <string.h>\n"
                  "void on_acked(struct sctpd *, uint64_t, const char *, const struct sctpd_error *, void *);\n"
                  + example[start:] + "\nint main(void) { struct sctpd *c = NULL;"
                  "sctpd_set_notification_handler(c, on_notification, NULL);\n"
                  + example[:start].replace("struct sctpd *c;", "").replace("…", "return 1;") + "return 0; }\n")
        subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-fsyntax-only", "-xc", "-include",
                        HEADER, "-"], input=source, text=True, check=True, timeout=60)

    def test_has_its_soname(self):
        library = os.path.join(BUILD, "client-lib", "libsctpd.so")
        out = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True, timeout=30).stdout
        self.assertIn("[libsctpd.so.0]", out)

    def test_header_stands_alone(self):
        with open(HEADER) as f:
            self.assertNotIn("json-c", f.read())
        for compiler, *flags in (("cc", "-std=c99", "-xc"), ("c++", "-std=c++11", "-xc++")):
            if not shutil.which(compiler):
                continue
            with self.subTest(compiler):
                subprocess.run([compiler, *flags, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-include", HEADER,
                                os.devnull], check=True, timeout=60)


if __name__ == "__main__":
    unittest.main()

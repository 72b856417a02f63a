package deploy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/mint402/mint402/cmd/yamlfile"
)

func read(t *testing.T, name, text string) ([]Field, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadFile(t.Context(), path)
}

func TestALaunchFileGivesItsValuesAsTheyAreWritten(t *testing.T) {
	want := []Field{{"name", "Ping: \"é\" 🎈", 2}, {"price", "0.10", 3}, {"cap", "5000000", 4}, {"salt", "0x0a", 5}, {"symbol", "NO", 6}}
	for name, text := range map[string]string{
		"a.yaml": "# a comment\nname: 'Ping: \"é\" 🎈'\nprice: 0.10\ncap: 5000000\nsalt: 0x0a\nsymbol: NO\nopens:\nminter: ~\n",
		"a.json": "{\n\"name\": \"Ping: \\\"é\\\" \\ud83c\\udf88\",\n\"price\": 0.10,\n\"cap\": 5000000,\n\"salt\": \"0x0a\",\n\"symbol\":\"NO\",\n\"opens\": null}",
		"b.yaml": "\ufeff# a comment\r\nname: 'Ping: \"é\" 🎈'\r\nprice:\t0.10\ncap: 5000000\nsalt: 0x0a\nsymbol: \"NO\"\n",
		"pipe":   "{\n\"name\": \"Ping: \\\"é\\\" \\ud83c\\udf88\",\n\"price\": 0.10,\n\"cap\": 5000000,\n\"salt\": \"0x0a\",\n\"symbol\":\"NO\"}",
		"b.json": "\ufeff{\n\"name\": \"Ping: \\\"é\\\" 🎈\",\n\"price\": \"0.10\",\n\"cap\": 5000000,\n\"salt\": \"0x0a\",\n\"symbol\":\"NO\"}",
	} {
		if got, err := read(t, name, text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestAMistakeInALaunchFileIsRefusedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"a.yaml name: a\nprise: 1":                    ":2: \"prise\" is not a key",
		"a.yaml name: a\nname: b":                     ":2: name is given twice, first on line 1",
		"a.yaml name: a\nowner:\n  safe: 0x1":         ":2: owner: expected one text or number",
		"a.yaml name: &x a\nsymbol: *x":               ":1: name: expected one text",
		"a.yaml name: !!binary UQ==":                  ":1: name: expected one text",
		"a.yaml <<: {name: a}":                        ":1: \"<<\" is not a key",
		"a.yaml ? [a]\n: b":                           ":1: expected the name of a key",
		"a.yaml name: \"a\\ud800b\"":                  "as YAML",
		"a.yaml name: a\u0085b":                       ":1: it has the character U+0085",
		"a.yaml #\nname: a\u2028b":                    ":2: it has the character U+2028",
		"a.yaml #\nname: a\x00":                       ":2: it has the character U+0000",
		"a.yaml #\rname: a":                           ":1: it has the character U+000D",
		"a.yaml \ufeff\ufeffname: a":                  ":1: it has the character U+FEFF",
		"a.yaml name: a\n\ufeffsymbol: b":             ":2: it has the character U+FEFF",
		"a.yaml n\x00a\x00":                           ":1: it has the character U+0000",
		"a.yaml \ufeff\n":                             "it is empty",
		"a.json  ":                                    "it is empty",
		"a.yaml - name: a":                            ":1: expected lines",
		"a.yaml name: a\n---\nname: b":                "of YAML",
		"a.yaml name: [":                              "as YAML",
		"a.yaml ":                                     "it is empty",
		"a.yaml name: \xff":                           "not text in UTF-8",
		"a.json {\"name\":\"a\",\n\"prise\":1}":       ":2: \"prise\" is not a key",
		"a.json {\"name\":\"a\",\"name\":\"b\"}":      ":1: name is given twice",
		"a.json {\"cap\":[1]}":                        ":1: cap: expected one text or number",
		"a.json {\"limit\":true}":                     ":1: limit: expected one text or number",
		"a.json [1]":                                  ":1: expected lines such as \"name: Ping\", or a JSON object",
		"a.json {} {}":                                "no text after",
		"a.json {\"name\":":                           ":1: it cannot be read as JSON",
		"a.json {\"name\":\"a\",}":                    ":1: it cannot be read as JSON",
		"a.json {\"name\":\n\"a\\ud800b\"}":           ":2: it has half of a surrogate pair",
		"a.json {\"name\":\"\\udc00\\ud800\"}":        ":1: it has half of a surrogate pair",
		"a.json {\"name\":\"\\ud800\\ud800\\udc00\"}": "half of a surrogate pair",
		"a.json {\"na\\udfffme\":1}":                  "half of a surrogate pair",
		"a.json {\"name\":\"a\\ud83c\"}":              "half of a surrogate pair",
		"a.json " + strings.Repeat("[", 5000):         "lists and objects in one another",
	} {
		name, text, _ := strings.Cut(text, " ")
		fields, err := read(t, name, text)
		var wrong *yamlfile.Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, fields, err, want)
		}
	}
	if _, err := read(t, "a.yaml", "name: "+strings.Repeat("a", maxFile)); err == nil {
		t.Error("a file of any size is read")
	}
}

func TestAWrittenLaunchFileIsReadWithTheSameValues(t *testing.T) {
	values := map[string]string{}
	for i, key := range Keys {
		values[key] = []string{"0.10", "no", "a: b # c", "'\"\\\t<&>\u2028 é🎈", "~", "\n x\n"}[i%6]
	}
	for _, name := range []string{"a.yaml", "a.yml"} {
		fields, err := read(t, name, string(FileText("One\ntwo", values)))
		if err != nil || len(fields) != len(Keys) {
			t.Fatalf("%v, %v", fields, err)
		}
		for _, f := range fields {
			if f.Value != values[f.Key] {
				t.Errorf("%s: %q, not %q", f.Key, f.Value, values[f.Key])
			}
		}
	}
}

func TestABackslashBeforeAUIsNoSurrogate(t *testing.T) {
	fields, err := read(t, "a.json", `{"name":"C:\\ud800\n \ud83c\udf88\ud83c\udf88 \\\ud83c\udf88"}`)
	if err != nil || len(fields) != 1 || fields[0].Value != "C:\\ud800\n 🎈🎈 \\🎈" {
		t.Errorf("%d fields, %v", len(fields), err)
	}
}

func TestTheExampleOfALaunchFileNamesEveryKey(t *testing.T) {
	fields, err := read(t, "a.yaml", Example)
	if err != nil || len(fields) != 6 {
		t.Fatalf("%v, %v", fields, err)
	}
	for _, key := range Keys {
		if key != "asset" && !strings.Contains(Example, "\n"+key+": ") && !strings.Contains(Example, "\n#"+key+": ") {
			t.Errorf("%s is not in the example", key)
		}
	}
}

func TestALaunchFileIsReadFromANamedPipeOnceSomebodyWritesIt(t *testing.T) {
	pipe := func(name string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ReadFile(ctx, pipe("a.yaml")); !errors.Is(err, context.Canceled) {
		t.Errorf("without a writer: %v", err)
	}
	path := pipe("b.yaml")
	go func() {
		if err := os.WriteFile(path, []byte("name: Ping\n"), 0o600); err != nil {
			t.Error(err)
		}
	}()
	if fields, err := ReadFile(t.Context(), path); err != nil || len(fields) != 1 || fields[0].Value != "Ping" {
		t.Errorf("with a writer: %d fields, %v", len(fields), err)
	}
}

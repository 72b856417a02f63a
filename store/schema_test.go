package store_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write schema.sql")

const schemaHeader = "-- Code generated from migrations/ by go test ./store -run TestTheSchema -update. DO NOT EDIT.\n"

// readMigrations returns the text of each migration, in order.
func readMigrations(t *testing.T) (all []string) {
	t.Helper()
	files := take[[]string](t)(filepath.Glob("migrations/*.sql"))
	for n, file := range files {
		if want := fmt.Sprintf("migrations/%04d_", n+1); !strings.HasPrefix(filepath.ToSlash(file), want) {
			t.Fatalf("%s: the name should begin with %s", file, want)
		}
		all = append(all, string(take[[]byte](t)(os.ReadFile(file))))
	}
	return all
}

// table is a CREATE TABLE as it is after some migrations, with the indexes on it.
type table struct {
	name    string
	lines   []string // with the comment above it
	indexes []string // each with its comment
}

var (
	createTable = regexp.MustCompile(`^CREATE TABLE (\w+) \($`)
	createIndex = regexp.MustCompile(`^CREATE (?:UNIQUE )?INDEX \w+ ON (\w+) `)
	dropIndex   = regexp.MustCompile(`^DROP INDEX (\w+);$`)
	dropTable   = regexp.MustCompile(`^DROP TABLE (\w+);$`)
	renameTable = regexp.MustCompile(`^ALTER TABLE (\w+) RENAME TO (\w+);$`)
	addColumn   = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN ([^;]+);(?: *-- (.+))?$`)
	constraint  = regexp.MustCompile(`^ +(UNIQUE|PRIMARY KEY|CHECK|FOREIGN KEY) \(`)
)

// currentSchema adds migrations up to one text: each table with all its columns,
// followed by its indexes. Comments stay with what they explain. Statements that
// only change rows are left out.
func currentSchema(t *testing.T, migrations []string) string {
	t.Helper()
	var preface []string
	var tables []*table
	find := func(name string) *table {
		t.Helper()
		at := slices.IndexFunc(tables, func(x *table) bool { return x.name == name })
		if at < 0 {
			t.Fatalf("there is no table %s", name)
		}
		return tables[at]
	}
	for _, m := range migrations {
		var comment []string
		var open *table // whose CREATE is being read
		rows := false   // within a statement that changes rows
		for line := range strings.Lines(m) {
			line = strings.TrimRight(line, "\n")
			switch {
			case open != nil:
				if open.lines = append(open.lines, line); strings.HasPrefix(line, ")") {
					open = nil
				}
			case rows:
				rows = !strings.HasSuffix(line, ";")
			case line == "":
				if len(tables) == 0 && len(comment) > 0 {
					preface = append(preface, append(comment, "")...)
				}
				comment = nil
			case strings.HasPrefix(line, "--"):
				comment = append(comment, line)
			case createTable.MatchString(line):
				open = &table{name: createTable.FindStringSubmatch(line)[1], lines: append(comment, line)}
				tables, comment = append(tables, open), nil
			case createIndex.MatchString(line):
				x := find(createIndex.FindStringSubmatch(line)[1])
				x.indexes, comment = append(append(x.indexes, comment...), line), nil
			case dropIndex.MatchString(line):
				created := "CREATE INDEX " + dropIndex.FindStringSubmatch(line)[1] + " ON "
				for _, x := range tables {
					x.drop(created)
				}
				comment = nil
			case dropTable.MatchString(line):
				gone := find(dropTable.FindStringSubmatch(line)[1])
				tables = slices.DeleteFunc(tables, func(x *table) bool { return x == gone })
			case renameTable.MatchString(line):
				m := renameTable.FindStringSubmatch(line)
				x := find(m[1])
				for i, line := range x.lines {
					x.lines[i] = strings.Replace(line, "CREATE TABLE "+m[1]+" (", "CREATE TABLE "+m[2]+" (", 1)
				}
				x.name = m[2]
			case addColumn.MatchString(line):
				m := addColumn.FindStringSubmatch(line)
				find(m[1]).add(m[2], m[3], comment)
				comment = nil
			case strings.HasPrefix(line, "INSERT "), strings.HasPrefix(line, "UPDATE "), strings.HasPrefix(line, "DELETE "):
				rows, comment = !strings.HasSuffix(line, ";"), nil
			default:
				t.Fatalf("a migration has %q, which currentSchema does not know", line)
			}
		}
	}
	text := schemaHeader + "\n" + strings.Join(preface, "\n")
	for _, x := range tables {
		text += "\n" + strings.Join(x.lines, "\n") + "\n"
		if len(x.indexes) > 0 {
			text += "\n" + strings.Join(x.indexes, "\n") + "\n"
		}
	}
	return text
}

// drop removes the index that begins so, with its comment.
func (x *table) drop(created string) {
	at := slices.IndexFunc(x.indexes, func(line string) bool { return strings.HasPrefix(line, created) })
	if at < 0 {
		return
	}
	from := at
	for from > 0 && strings.HasPrefix(x.indexes[from-1], "--") {
		from--
	}
	x.indexes = slices.Delete(x.indexes, from, at+1)
}

// add puts a column where SQLite does: behind the last one, before constraints.
func (x *table) add(definition, explained string, comment []string) {
	at := slices.IndexFunc(x.lines, constraint.MatchString)
	comma := ","
	if at < 0 {
		at, comma = len(x.lines)-1, ""
		last, explained, found := strings.Cut(x.lines[at-1], " -- ")
		if last = strings.TrimRight(last, " ") + ","; found {
			last += " -- " + explained
		}
		x.lines[at-1] = last
	}
	var added []string
	for _, c := range comment {
		added = append(added, "    "+c)
	}
	line := "    " + definition + comma
	if explained != "" {
		line += " -- " + explained
	}
	x.lines = slices.Insert(x.lines, at, append(added, line)...)
}

// shape describes a database that statements made, as SQLite understands it:
// columns in their order, indexes, and whether a table is strict.
func shape(t *testing.T, statements ...string) (all []string) {
	t.Helper()
	db := take[*sql.DB](t)(sql.Open("sqlite3", filepath.Join(t.TempDir(), "shape.db")))
	defer db.Close()
	for _, s := range statements {
		take[sql.Result](t)(db.Exec(s))
	}
	rows := func(query string) {
		t.Helper()
		r := take[*sql.Rows](t)(db.Query(query))
		defer r.Close()
		for r.Next() {
			var line string
			must(t, r.Scan(&line))
			all = append(all, line)
		}
		must(t, r.Err())
	}
	rows(`SELECT 'table ' || l.name || ' strict ' || l.strict || ' without rowid ' || l.wr FROM pragma_table_list l WHERE l.schema = 'main' ORDER BY 1`)
	rows(`SELECT l.name || '.' || c.cid || ' ' || c.name || ' ' || c.type || ' not null ' || c."notnull" || ' default ' || coalesce(c.dflt_value, '-') || ' pk ' || c.pk
		FROM pragma_table_list l, pragma_table_xinfo(l.name) c WHERE l.schema = 'main' ORDER BY l.name, c.cid`)
	rows(`SELECT l.name || ' references ' || f."table" || ' ' || f."from" FROM pragma_table_list l, pragma_foreign_key_list(l.name) f WHERE l.schema = 'main' ORDER BY 1`)
	rows(`SELECT l.name || ' index ' || i.name || ' unique ' || i."unique" || ' ' || coalesce((SELECT sql FROM sqlite_master m WHERE m.name = i.name), i.origin)
		FROM pragma_table_list l, pragma_index_list(l.name) i WHERE l.schema = 'main' ORDER BY 1`)
	return all
}

// TestTheSchemaIsWhatTheMigrationsAddUpTo compares schema.sql with the migrations,
// as a text, which -update writes, and as a database.
func TestTheSchemaIsWhatTheMigrationsAddUpTo(t *testing.T) {
	migrations := readMigrations(t)
	want := currentSchema(t, migrations)
	if *update {
		must(t, os.WriteFile("schema.sql", []byte(want), 0o644))
	}
	got := string(take[[]byte](t)(os.ReadFile("schema.sql")))
	if got != want {
		t.Errorf("schema.sql is not what the migrations add up to: go test ./store -run TestTheSchema -update")
	}
	if one, many := shape(t, got), shape(t, migrations...); !slices.Equal(one, many) {
		for _, line := range many {
			if !slices.Contains(one, line) {
				t.Errorf("schema.sql lacks %q", line)
			}
		}
		for _, line := range one {
			if !slices.Contains(many, line) {
				t.Errorf("schema.sql has %q, the migrations do not", line)
			}
		}
	}
}

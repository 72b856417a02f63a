// Command release builds the archives of a release: for each platform a tar.gz
// with the program, its README, licence and changelog, and a bill of materials
// (CycloneDX). SHA256SUMS has the checksums of all these files.
//
//	go run ./release [-out dist] [-strict] v1.2.3
//
// Two builds of one commit with the same Go and C compilers are equal to the byte, in
// any folder. The binaries contain no paths, no data of version control and no build
// time, and every time in an archive is that of the commit (or SOURCE_DATE_EPOCH). The
// bill of materials lists both compilers. The program stops if there are files that are
// not committed.
//
// SQLite is C, so each platform needs a C compiler for it. If this machine lacks
// one, the platform is left out and the program prints the compiler that it needs;
// -strict makes that an error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// versions matches the tag of a release, a semantic version such as v1.2.3.
var versions = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

// documents are included in each archive.
var documents = []string{"README.md", "LICENSE", "CHANGELOG.md"}

func main() {
	out := flag.String("out", "dist", "folder to write to")
	strict := flag.Bool("strict", false, "fail if a platform cannot be built here")
	flag.Parse()
	if flag.NArg() != 1 || !versions.MatchString(flag.Arg(0)) {
		fmt.Fprintln(os.Stderr, "usage: go run ./release [-out dist] [-strict] VERSION, such as v1.2.3")
		os.Exit(2)
	}
	if err := run(os.Stdout, flag.Arg(0), *out, *strict); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run builds every platform that this machine has a compiler for, and lists the files on
// log.
func run(log io.Writer, version, out string, strict bool) error {
	made, err := commitTime()
	if err != nil {
		return err
	}
	if err := requireCommitted(); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var files []string
	missing := 0
	for _, p := range platforms {
		compiler, needs := p.compiler(runtime.GOOS, runtime.GOARCH, installed)
		if compiler == "" {
			missing++
			fmt.Fprintf(log, "%s is left out: %s\n", p, needs)
			continue
		}
		fmt.Fprintf(log, "%s with %s\n", p, compiler)
		archive, bom, err := p.build(version, compiler, out, made)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		files = append(files, archive, bom)
	}
	if len(files) == 0 {
		return errors.New("no platform can be built here")
	}
	sums := filepath.Join(out, "SHA256SUMS")
	if err := writeSums(sums, files); err != nil {
		return err
	}
	for _, f := range append(files, sums) {
		fmt.Fprintln(log, f)
	}
	if strict && missing > 0 {
		return fmt.Errorf("%d of %d platforms were left out", missing, len(platforms))
	}
	return nil
}

// build makes the archive of a platform and its bill of materials, and returns
// their paths.
func (p platform) build(version, compiler, out string, made time.Time) (archive, bom string, err error) {
	name := fmt.Sprintf("mint402-%s-%s-%s", version, p.os, p.arch)
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "mint402")
	cmd := exec.Command("go", append(append([]string{"build"}, p.flags(version)...), "-o", program, ".")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOOS="+p.os, "GOARCH="+p.arch, "CC="+compiler, "GOFLAGS=")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", "", err
	}
	archive = filepath.Join(out, name+".tar.gz")
	if err := writeArchive(archive, name, append([]string{program}, documents...), made); err != nil {
		return "", "", err
	}
	bom = filepath.Join(out, name+".cdx.json")
	return archive, bom, writeBOM(bom, program, version, compilerVersion(compiler), locks, made)
}

// compilerVersion returns the first line that a C compiler prints about itself, or its
// command if it fails.
func compilerVersion(compiler string) string {
	command := strings.Fields(compiler)
	printed, err := exec.Command(command[0], append(command[1:], "--version")...).Output()
	if err != nil {
		return compiler
	}
	line, _, _ := strings.Cut(string(printed), "\n")
	return line
}

// requireCommitted returns an error if the files differ from the commit that is checked
// out: no one could build such a release again. If git fails, there is no check.
func requireCommitted() error {
	changed, err := exec.Command("git", "status", "--porcelain").Output()
	if err == nil && len(changed) > 0 {
		return fmt.Errorf("these files are not committed, so no one could build the same release; commit or remove them:\n%s", changed)
	}
	return nil
}

// commitTime returns SOURCE_DATE_EPOCH if it is set, otherwise the time of the
// commit that is checked out.
func commitTime() (time.Time, error) {
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		printed, err := exec.Command("git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("read the commit's time from git; without git, set SOURCE_DATE_EPOCH to Unix seconds: %w", err)
		}
		seconds = strings.TrimSpace(string(printed))
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the commit's time (from git, or SOURCE_DATE_EPOCH): it must be Unix seconds: %w", err)
	}
	return time.Unix(n, 0).UTC(), nil
}

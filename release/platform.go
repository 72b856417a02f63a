package main

import (
	"fmt"
	"os/exec"
)

// A platform is an operating system and architecture that a release is built for, with
// Go's names.
type platform struct{ os, arch string }

var platforms = []platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}, {"darwin", "amd64"}}

func (p platform) String() string { return p.os + "/" + p.arch }

// flags returns the arguments of go build. The program they build does not depend on the
// folder.
// A program for Linux is static: it runs with any libc, or with none. For that, Go's
// own resolver and user database replace those of libc, and SQLite loads no extensions.
func (p platform) flags(version string) []string {
	link := "-s -w -buildid= -X github.com/mint402/mint402/cmd.Version=" + version
	flags := []string{"-trimpath", "-buildvcs=false"}
	if p.os == "linux" {
		link += " -extldflags=-static"
		flags = append(flags, "-tags=netgo,osusergo,sqlite_omit_load_extension")
	}
	return append(flags, "-ldflags="+link)
}

// machines maps Go's name of an architecture to the one that C compilers use.
var machines = map[string]string{"amd64": "x86_64", "arm64": "aarch64"}

// compiler returns the C compiler that builds for the platform on a host. If the host
// lacks one, compiler is empty and needs tells what is missing. has reports whether a
// command is installed.
func (p platform) compiler(hostOS, hostArch string, has func(string) bool) (compiler, needs string) {
	machine := machines[p.arch]
	switch {
	case p.os == hostOS && p.arch == hostArch && has("cc"):
		return "cc", ""
	case p.os == "darwin" && hostOS == "darwin" && has("cc"):
		// Apple's compiler builds for both of its architectures.
		return "cc -arch " + map[string]string{"amd64": "x86_64", "arm64": "arm64"}[p.arch], ""
	case p.os == "darwin":
		return "", "go-sqlite3 needs cgo, and cgo for macOS needs Apple's compiler and SDK: build it on a Mac with Xcode's command line tools"
	case has(machine + "-linux-gnu-gcc"):
		return machine + "-linux-gnu-gcc", ""
	case has("zig"):
		// zig links glibc only dynamically.
		return "zig cc -target " + machine + "-linux-musl", ""
	}
	return "", fmt.Sprintf("go-sqlite3 needs cgo, and there is neither %s-linux-gnu-gcc nor zig", machine)
}

// installed reports whether a command is in the PATH.
func installed(command string) bool {
	_, err := exec.LookPath(command)
	return err == nil
}

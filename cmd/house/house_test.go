package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// module is the path of the module; all of ours begin with it.
const module = "qunguan"

// pkg is one package as "go list" shows it.
type pkg struct {
	ImportPath   string
	Name         string
	Dir          string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// name is the path within the module: "bot/chat".
func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func root(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	require.NoError(t, err, "go must be on the PATH")
	file := strings.TrimSpace(string(out))
	require.NotEqual(t, os.DevNull, file, "the test must run within the module")
	return filepath.Dir(file)
}

// packages lists the packages of the module. One that does not compile is listed too: the compiler says that better.
func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Dir,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "list packages: %s", stderr.String())
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if p.Name != "" {
			all = append(all, p)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// source is one Go file of the module. Build tags are not looked at, so that none can hide a file.
type source struct {
	name string // the path within the module: "bot/chat/text.go"
	tree *ast.File
	set  *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }
func (s source) pkg() string  { return path.Dir(s.name) }
func (s source) at(n ast.Node) string {
	pos := s.set.Position(n.Pos())
	pos.Filename = s.name
	return pos.String()
}

func sources(t *testing.T) []source {
	t.Helper()
	dir := root(t)
	var all []source
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() != "." && file != dir && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		all = append(all, parse(t, filepath.ToSlash(rel), string(text)))
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// parse reads what it can: a file with a syntax error is the compiler's to name.
func parse(t *testing.T, name, text string) source {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if tree == nil {
		require.NoError(t, err)
	}
	return source{name: name, tree: tree, set: set}
}

// files lists the files that belong to the project: what git tracks or would track, or, without git, all.
func files(t *testing.T) map[string]string {
	t.Helper()
	dir := root(t)
	var names []string
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = dir
	if out, err := cmd.Output(); err == nil {
		names = strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	} else {
		err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(dir, file)
			names = append(names, filepath.ToSlash(rel))
			return err
		})
		require.NoError(t, err)
	}
	texts := map[string]string{}
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) || bytes.IndexByte(raw, 0) >= 0 { // deleted but tracked; or not a text
			continue
		}
		require.NoError(t, err)
		texts[name] = string(raw)
	}
	require.NotEmpty(t, texts)
	return texts
}

package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits on sources, which may come from outside: a folder, or what somebody
// typed. The built-in ones are a fifth of a file and a tenth of the files.
const (
	maxFiles  = 100
	maxBytes  = 256 << 10 // of one file
	maxTokens = 60_000    // of one file
	maxDepth  = 40        // lists and maps in one another
	maxIndent = 160       // columns before the first word of a line
)

// file is one parsed source file.
type file struct {
	name string
	raw  []byte
	root ast.Node
	doc  document

	spoiled []string // names of entries at fault: what is said of them rests on that
}

// section is the place of the i-th entry of a section.
func (f *file) section(name string, i int, item string) at {
	a := at{file: f.name, node: f.root}.in(index(name, i))
	return at{f.name, item, "", a.node}
}

// readFiles parses every .yaml file below root, in the order of their names. Of a file at
// fault it gives what could be read.
func readFiles(fsys fs.FS) ([]file, Problems) {
	names, err := listFiles(fsys)
	if err != nil {
		return nil, Problems{{What: "the folder cannot be read: " + err.Error(), Say: "规则的文件夹打不开。请看看路径和权限。"}}
	}
	if len(names) > maxFiles {
		return nil, Problems{{What: fmt.Sprintf("there are more than %d files", maxFiles), Say: "规则文件太多了。请看看是不是选错了文件夹。"}}
	}
	var files []file
	var bad Problems
	for _, name := range names {
		f := file{name: name}
		for _, p := range f.read(fsys) {
			p.File = name
			bad = append(bad, p)
		}
		files = append(files, f)
	}
	return files, bad
}

func listFiles(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(p) == ".yaml" {
			names = append(names, p)
		}
		return err
	})
	sort.Strings(names)
	return names, err
}

// read takes one file in, from the bytes to the document, and gives every fault that it has.
func (f *file) read(fsys fs.FS) Problems {
	if p := f.parse(fsys); p != nil {
		f.spoilsAll()
		return Problems{*p}
	}
	if f.root == nil {
		return nil // an empty file says nothing
	}
	bad, whole := f.decode()
	if !whole {
		f.spoilsAll()
	}
	return bad
}

// parse takes one file in, from the bytes to the tree. It returns the first fault: what comes
// after one is guesswork.
func (f *file) parse(fsys fs.FS) *Problem {
	r, err := fsys.Open(f.name)
	if err != nil {
		return &Problem{What: "the file cannot be read: " + err.Error(), Say: "这个规则文件打不开。请看看权限。"}
	}
	defer r.Close()
	if f.raw, err = io.ReadAll(io.LimitReader(r, maxBytes+1)); err != nil {
		return &Problem{What: "the file cannot be read: " + err.Error(), Say: "这个规则文件读不出来。请看看权限。"}
	}
	if len(f.raw) > maxBytes {
		return &Problem{What: fmt.Sprintf("the file is larger than %d bytes", maxBytes), Say: "这个规则文件太大了。请分成几个文件。"}
	}
	if p := legible(f.raw); p != nil {
		return p
	}
	tokens := lexer.Tokenize(string(f.raw))
	if p := guard(tokens); p != nil {
		return p
	}
	tree, err := parser.Parse(tokens, 0)
	if err != nil {
		return problemOf(err)
	}
	if len(tree.Docs) > 1 {
		return &Problem{Line: tree.Docs[1].GetToken().Position.Line, Column: 1, What: "one file holds one document", Say: "一个文件里只能写一份规则,请去掉「---」,或分成两个文件。"}
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return nil
	}
	f.root = tree.Docs[0].Body
	return nil
}

// legible refuses what is no text in UTF-8, at the first byte that is none: in another
// encoding the words of a rule would be read as others, and still be words.
func legible(raw []byte) *Problem {
	if bytes.HasPrefix(raw, []byte("\ufeff")) {
		return &Problem{Line: 1, Column: 1, What: "a byte order mark", Say: "文件开头有一个看不见的记号(BOM)。请另存为不带 BOM 的 UTF-8。"}
	}
	line, column := 1, 1
	for rest := raw; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 || r == 0 {
			return &Problem{Line: line, Column: column, What: "not encoded in UTF-8", Say: "从这里起不是 UTF-8 编码。请用 UTF-8 编码另存一次。"}
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		rest = rest[size:]
	}
	return nil
}

// guard refuses what could make a small file large or deep before anything
// recursive sees it: anchors, aliases, merge keys and tags, which our rules have no
// use for, and nesting beyond what people write.
func guard(tokens token.Tokens) *Problem {
	if len(tokens) > maxTokens {
		return &Problem{What: fmt.Sprintf("more than %d words and signs", maxTokens), Say: "这个规则文件太长了。请分成几个文件。"}
	}
	flow, marks, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
			if t.Position.Column > maxIndent && flow == 0 {
				return tooDeep(t)
			}
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType:
			return &Problem{Line: t.Position.Line, Column: t.Position.Column, What: fmt.Sprintf("anchors, aliases, merge keys and tags are not allowed: %q", t.Value),
				Say: "这里用了规则文件不许用的写法(&、*、!、<<)。请把内容直接写出来,句子里有这些符号的加上引号。"}
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			marks++
		}
		if flow+marks > maxDepth {
			return tooDeep(t)
		}
	}
	return nil
}

func tooDeep(t *token.Token) *Problem {
	return &Problem{Line: t.Position.Line, Column: t.Position.Column, What: fmt.Sprintf("more than %d lists and maps in one another", maxDepth),
		Say: "这里一层套一层,太深了。请分成几条条件,各起一个名字。"}
}

// problemOf turns an error of the parser or of a value into a Problem.
func problemOf(err error) *Problem {
	var own *fault
	if errors.As(err, &own) {
		line, column := position(own.node)
		return &Problem{Line: line, Column: column, What: own.what, Say: own.say}
	}
	var known yaml.Error
	if !errors.As(err, &known) {
		return &Problem{What: err.Error(), Say: sayRule}
	}
	p := &Problem{What: known.GetMessage(), Say: "这一行的写法不对。请看看缩进、冒号和引号,照着上下几行改。"}
	if t := known.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var kind *yaml.TypeError
	switch {
	case errors.As(err, &unknown):
		p.Say = "这里没有叫这个名字的一栏。请看看是不是写错了字。"
	case errors.As(err, &twice), strings.Contains(p.What, "already defined"):
		p.Say = "同一栏写了两遍。请留下一个。"
	case errors.As(err, &kind):
		p.Say = "这一栏填的东西不对,该填数字的填数字,该填一句话的填一句话。"
	}
	return p
}

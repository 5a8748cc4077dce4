package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// readPassword takes one line of standard input. At a terminal it asks twice and
// shows nothing.
func (t *tool) readPassword() (string, error) {
	in := bufio.NewReader(io.LimitReader(t.in, 4096))
	f, isFile := t.in.(*os.File)
	if !isFile || !terminal(f) {
		return readLine(in)
	}
	if err := echo(f, false); err != nil {
		return "", errors.New("the terminal goes on showing what is typed; give the password on standard input instead")
	}
	defer func() { _ = echo(f, true); fmt.Fprintln(t.out) }()
	fmt.Fprint(t.out, "password: ")
	first, err := t.typed(in)
	if err != nil {
		return "", err
	}
	fmt.Fprint(t.out, "\nonce more: ")
	second, err := t.typed(in)
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}

// typed waits for a line and for the end of the program: Ctrl-C must give the
// terminal back as it was.
func (t *tool) typed(in *bufio.Reader) (string, error) {
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() { line, err := readLine(in); got <- answer{line, err} }()
	select {
	case a := <-got:
		return a.line, a.err
	case <-t.ctx.Done():
		return "", context.Cause(t.ctx)
	}
}

func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if err != nil && !(errors.Is(err, io.EOF) && line != "") {
		return "", errors.New("no password on standard input")
	}
	return line, nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}

// echo asks the system's own program, as every shell script does.
func echo(f *os.File, on bool) error {
	word := "-echo"
	if on {
		word = "echo"
	}
	cmd := exec.Command("stty", word)
	cmd.Stdin = f
	return cmd.Run()
}

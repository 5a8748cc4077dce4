// Command lianou is the operator's tool: it brings one machine up with one
// command, migrates, checks the set-up, moves the demo's clock, and carries the
// tools of the packages that have some. It contains neither the gateway nor the
// platform: `up` runs them as programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"lianou/cmd/internal/boot"
)

// tool is what every command is run with.
type tool struct {
	ctx context.Context
	out io.Writer
	in  io.Reader // passwords
}

// config reads the settings; commands that need none do not fail over one.
func (t *tool) config() (*boot.Config, error) { return boot.FromEnvironment() }

func main() {
	ctx, cancel := boot.Context(context.Background(), os.Getenv("LIANOU_LIFELINE") == "true", os.Stdin)
	defer cancel()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "lianou:", boot.Plain(err))
		status := statusBroken
		var v *verdict
		if errors.As(err, &v) {
			status = v.status
		}
		os.Exit(status)
	}
}

// run parses the arguments and runs one command.
func run(ctx context.Context, args []string, out io.Writer) error {
	options := []kong.Option{kong.Name("lianou"), kong.Description("The operator's tool of Lianou (莲藕)."), kong.UsageOnError()}
	for _, c := range commands() {
		options = append(options, kong.DynamicCommand(c.name, c.help, "", c.run))
	}
	var root struct{}
	parser, err := kong.New(&root, options...)
	if err != nil {
		return fmt.Errorf("read the list of commands: %w", err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		parser.FatalIfErrorf(err)
	}
	return ended(ctx, parsed.Command(), parsed.Run(&tool{ctx: ctx, out: out, in: os.Stdin}))
}

// ended is how a command ends that was told to stop. What serves until then has done its
// work; of anything else a script must not believe that it is done.
func ended(ctx context.Context, command string, err error) error {
	var v *verdict
	switch {
	case err == nil || ctx.Err() == nil || errors.As(err, &v):
		return err
	case command == "up" || command == "standin":
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	command, _, _ = strings.Cut(command, " <") // without its arguments
	return &verdict{statusUnfinished, fmt.Errorf("%s was stopped before it was done; run the same command again", command)}
}

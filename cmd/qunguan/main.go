// Command qunguan is the bot: the service, the demo, and what its operator needs around them.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones must be there on a machine without them

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:])) }

// Exit codes of the contract.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is wrong usage or configuration.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	fmt.Fprintln(os.Stderr, "qunguan:", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "qunguan",
		Short:         "Governs the admins of WeCom customer groups, by chat. 以聊天治理企业微信客户群的管理员。",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          family,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	c.CompletionOptions.DisableDefaultCmd = true
	usual := c.HelpFunc()
	c.SetHelpFunc(func(of *cobra.Command, args []string) {
		if of.HasParent() {
			usual(of, args)
			return
		}
		_, _ = fmt.Fprintf(of.OutOrStdout(), "%s\n\n", of.Short)
		listCommands(of)
	})
	c.SetHelpCommand(helpCommand())
	c.AddCommand(
		demoCommand(), serveCommand(), configCommand(), auditCommand(), deadmanCommand(), policyCommand(), matrixCommand(), rebuildCommand(), versionCommand(),
	)
	return c
}

// family refuses arguments of a command that only has commands below it.
func family(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !c.HasParent() {
		return usageError{fmt.Errorf("unknown command %q; `qunguan help` lists them", args[0])}
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return usageError{fmt.Errorf("unknown command %q of %s; there are %s", args[0], c.CommandPath(), strings.Join(names, ", "))}
}

// helpCommand is cobra's, but for what it does not know: that is wrong usage.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Tell about a command",
		RunE: func(c *cobra.Command, args []string) error {
			of, rest, err := c.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return family(of, rest)
			}
			return of.Help()
		},
	}
}

// exactly refuses arguments that a command does not take.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("%s takes %s, not %d; see `%s --help`", c.CommandPath(), counted(n, "argument"), len(args), c.CommandPath())}
		}
		return nil
	}
}

// listCommands prints every command below c with what it does and one example.
func listCommands(c *cobra.Command) {
	for _, sub := range c.Commands() {
		switch {
		case sub.Name() == "help":
		case sub.HasSubCommands():
			listCommands(sub)
		default:
			_, _ = fmt.Fprintf(c.OutOrStdout(), "%s\n    %s.\n  %s\n\n", sub.CommandPath(), sub.Short, sub.Example)
		}
	}
}

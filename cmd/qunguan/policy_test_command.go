package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// casesYAML is a file of expectations. configs/policy.tests.yaml explains it to people.
type casesYAML struct {
	Tests []caseYAML `yaml:"tests"`
}

// caseYAML is one row: what is so in it, who asks about what, and what is expected.
type caseYAML struct {
	Name     said              `yaml:"name"`
	Given    givenYAML         `yaml:"given,omitempty"`
	In       string            `yaml:"in,omitempty"` // the group; without it one that the policy does not name
	Place    placeYAML         `yaml:"place,omitempty"`
	Who      someoneYAML       `yaml:"who,omitempty"`
	Target   *someoneYAML      `yaml:"target,omitempty"`
	At       instant           `yaml:"at,omitempty"`
	Platform said              `yaml:"platform,omitempty"`
	Item     said              `yaml:"item,omitempty"`
	Expect   said              `yaml:"expect,omitempty"` // allow or deny, of item
	Allow    []said            `yaml:"allow,omitempty,flow"`
	Deny     []said            `yaml:"deny,omitempty,flow"`
	Rest     said              `yaml:"rest,omitempty"` // what is expected of the platform's other items
	Rule     said              `yaml:"rule,omitempty"`
	Switches map[string]string `yaml:"switches,omitempty"`
}

type givenYAML struct {
	Company partYAML `yaml:"company,omitempty"`
	Group   partYAML `yaml:"group,omitempty"`
}

type placeYAML struct {
	Departments []string `yaml:"departments,omitempty,flow"`
	Tags        []string `yaml:"tags,omitempty,flow"`
	People      int      `yaml:"people,omitempty"`
}

// someoneYAML is a person of a row. A level or a job gives them a role in the group.
type someoneYAML struct {
	ID          string           `yaml:"id,omitempty"`
	Kind        said             `yaml:"kind,omitempty"` // staff, customer
	Owner       bool             `yaml:"owner,omitempty"`
	Governs     []string         `yaml:"governs,omitempty,flow"` // 分级管理员 of these departments
	Level       said             `yaml:"level,omitempty"`
	Job         said             `yaml:"job,omitempty"`
	From        instant          `yaml:"from,omitempty"`
	Until       instant          `yaml:"until,omitempty"`
	Position    string           `yaml:"position,omitempty"`
	Departments []departmentYAML `yaml:"departments,omitempty"`
	Tags        []string         `yaml:"tags,omitempty,flow"`
	Followers   []string         `yaml:"followers,omitempty,flow"`
	OnDuty      bool             `yaml:"on_duty,omitempty"`
}

type departmentYAML struct {
	Name  string `yaml:"name"`
	Depth int    `yaml:"depth,omitempty"`
}

func policyTest() *cobra.Command {
	return &cobra.Command{
		Use:     "test POLICY.yaml [TESTS.yaml…]",
		Short:   "Hold a policy against tables of what it must and must not allow; needs no Redis, exit 1 if a row fails",
		Example: "  qunguan policy test configs/policy.example.yaml configs/policy.tests.yaml",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{fmt.Errorf("%s takes a policy file, and files of tests; see `%s --help`", c.CommandPath(), c.CommandPath())}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			policy, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			if err := policy.flaws(time.Time{}); err != nil {
				return err
			}
			rows, missed, err := testPolicy(policy, args[1:])
			if err != nil {
				return err
			}
			return failures(c.OutOrStdout(), rows, missed)
		},
	}
}

// failure is an expectation that does not hold, with where it stands.
type failure struct {
	access.Miss
	at string
}

// testPolicy holds a policy against files of expectations.
func testPolicy(policy policyFile, files []string) (rows int, missed []failure, err error) {
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return 0, nil, usageError{err}
		}
		var y casesYAML
		if err := decodeYAML(file, raw, &y); err != nil {
			return 0, nil, err
		}
		if len(y.Tests) == 0 {
			return 0, nil, usageError{fmt.Errorf("%s: there are no rows under tests, so nothing would be tested", file)}
		}
		r := &fileReader{file: file, tier: access.GroupTier}
		for _, row := range y.Tests {
			one := r.expectation(row)
			if _, named := policy.charter.Groups[one.In]; !named && row.In != "" {
				r.fail(row.Name.line, "%q: the policy does not name the group %q; leave in out for one that it does not name", row.Name.text, row.In)
			}
			if err := r.err(); err != nil {
				return 0, nil, err
			}
			at := fmt.Sprintf("%s:%d", file, row.Name.line)
			misses, err := policy.charter.Check(one)
			if err != nil {
				return 0, nil, usageError{fmt.Errorf("%s: %s: %w", at, row.Name.text, err)}
			}
			rows++
			for _, m := range misses {
				missed = append(missed, failure{m, at})
			}
		}
	}
	return rows, missed, nil
}

// failures prints what failed, as a table.
func failures(out io.Writer, rows int, missed []failure) error {
	if len(missed) == 0 {
		text := "ok   the policy can be read; name files of tests to hold it against\n"
		if rows > 0 {
			text = fmt.Sprintf("ok   %s\n", counted(rows, "row"))
		}
		_, err := io.WriteString(out, text)
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "OF\tEXPECTED\tIS\tROW\tAT")
	for _, m := range missed {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Of, m.Want, m.Got, m.Case, m.at)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return fmt.Errorf("%s in %s: not as expected", counted(len(missed), "answer"), counted(rows, "row"))
}

// usualMoment and unnamedGroup are those of a row that names none.
var usualMoment = time.Date(2026, 3, 1, 12, 0, 0, 0, shanghai).UTC()

const unnamedGroup = chat.Group("a group")

// expectation turns a row into the domain's.
func (r *fileReader) expectation(y caseYAML) access.Case {
	r.here = y.Name.line
	out := access.Case{
		Name: y.Name.text, In: chat.Group(y.In), At: y.At.Time, People: map[chat.User]access.Person{},
		Place: access.Place{Departments: y.Place.Departments, Tags: y.Place.Tags, People: y.Place.People},
		Rule:  access.Rule(y.Rule.text),
	}
	if out.In == "" {
		out.In = unnamedGroup
	}
	if out.At.IsZero() {
		out.At = usualMoment
	}
	r.tier = access.Enterprise
	out.Company = r.part(y.Given.Company, "", nil)
	r.tier = access.GroupTier
	out.Group = r.part(y.Given.Group, out.In, nil)
	out.Actor = r.someone(&out, y.Who, "someone")
	if y.Target != nil {
		out.Target, out.TargetKind = r.someone(&out, *y.Target, "somebody else"), chat.PersonKind(y.Target.Kind.text)
		if out.TargetKind == "" {
			out.TargetKind = chat.Staff
		}
	}
	platform, ok := access.ParsePlatform(y.Platform.text)
	if !ok && y.Platform.text != "" {
		r.fail(y.Platform.line, "there is no platform %q", y.Platform.text)
	}
	if !ok {
		platform = access.Platforms()[0]
	}
	out.Offered = platform.Items | access.GovernanceItems
	out.Allow, out.Deny = r.among(out.Offered, y.Allow), r.among(out.Offered, y.Deny)
	r.asked(&out, y, platform.Items)
	if both := out.Allow & out.Deny; both != 0 {
		r.fail(y.Name.line, "%q expects both allow and deny of %s", y.Name.text, strings.Join(both.Names(), ", "))
	}
	r.known(y, out.Rule)
	return out
}

// asked adds what is expected of single items and of the rest.
func (r *fileReader) asked(out *access.Case, y caseYAML, offered access.Items) {
	put := func(items access.Items, s said) {
		switch s.text {
		case "allow":
			out.Allow |= items
		case "deny":
			out.Deny |= items
		default:
			r.fail(max(s.line, y.Name.line), "%q is neither allow nor deny", s.text)
		}
	}
	if y.Item.text != "" {
		put(r.items([]said{y.Item}), y.Expect)
	}
	if y.Rest.text != "" {
		put(offered.Minus(out.Allow|out.Deny), y.Rest)
	}
	for name, state := range y.Switches {
		if out.Switches == nil {
			out.Switches = map[access.Switch]string{}
		}
		out.Switches[access.Switch(name)] = state
	}
}

// known refuses a row that asks nothing, and words that would make it pass for the wrong reason.
func (r *fileReader) known(y caseYAML, rule access.Rule) {
	if rule != "" && !slices.Contains(access.AllRules(), rule) {
		r.fail(y.Rule.line, "there is no rule %q", rule)
	}
	if y.Item.text == "" && len(y.Allow)+len(y.Deny)+len(y.Switches) == 0 && y.Rest.text == "" {
		r.fail(y.Name.line, "%q expects nothing: name an item and what to expect, allow, deny, rest or switches", y.Name.text)
	}
	for name := range y.Switches {
		if access.Switch(name).Label() == chat.Same(name) {
			r.fail(y.Name.line, "there is no switch %q", name)
		}
	}
}

// someone adds a person to a row and returns who they are.
func (r *fileReader) someone(out *access.Case, y someoneYAML, usual chat.User) chat.User {
	who := chat.User(y.ID)
	if who == "" {
		who = usual
	}
	p := access.Person{Tags: y.Tags, Followers: strs[string, chat.User](y.Followers)}
	if y.Position != "" {
		p.Positions = []string{y.Position}
	}
	for _, d := range y.Departments {
		p.Departments = append(p.Departments, access.Department{Name: d.Name, Depth: max(d.Depth, 1)})
	}
	out.People[who] = p
	if y.Owner {
		out.Owners = append(out.Owners, who)
	}
	if len(y.Governs) > 0 {
		out.Departments = append(out.Departments, access.DepartmentAdmin{Who: who, Departments: y.Governs})
	}
	if y.OnDuty {
		out.OnDuty = append(out.OnDuty, who)
	}
	if y.Level.text != "" || y.Job.text != "" {
		out.Group.Roles = append(out.Group.Roles, access.Role{
			Who: who, Level: r.levelOf(y.Level, y.Job), Job: r.job(y.Job), From: y.From.Time, Until: y.Until.Time,
		})
	}
	return who
}

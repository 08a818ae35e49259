package notebook

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/specialist-nlp/specialist/pkg/study"
)

// Run is the body of a cell. Its context ends when the user interrupts the cell (GoNB kills the program five seconds after that), or when
// the command that executes the notebook asks it to stop. An error is
// one line on standard error, which front-ends show in red, and makes the program exit with status 1.
func Run(cell func(ctx context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, leave := study.WithParent(ctx)
	defer leave()
	err := cell(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "specialist: "+strings.Join(strings.Fields(err.Error()), " "))
	}
	gonbui.Sync()
	if err != nil {
		os.Exit(1)
	}
}

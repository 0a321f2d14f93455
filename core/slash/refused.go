package slash

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Refused is the error for evidence that proves nothing: the reason as data, the values beside it.
type Refused struct {
	Reason core.Reason
	Detail string // the values that matter
}

// Error gives the reason's short text and the values.
func (r *Refused) Error() string { return fmt.Sprintf("%s: %s", r.Reason.Short, r.Detail) }

func refuse(why core.Reason, format string, values ...any) error {
	return &Refused{Reason: why, Detail: fmt.Sprintf(format, values...)}
}

package io.forkless.cli.doctor;

import java.util.List;

/** One kind of trouble that can be seen before it happens. */
interface Trap {
    /** @return what there is of it; nothing where it cannot be there, or cannot be seen */
    List<Finding> find(Surroundings surroundings);
}

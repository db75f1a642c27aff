package io.forkless.tck;

import java.io.IOException;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/** Skips the tests of clauses that the provider declares not to keep, and writes down what became of the others. */
final class ClauseExtension implements BeforeEachCallback, AfterTestExecutionCallback {
    /** How the reason of a skipped test begins. */
    static final String DECLARED = "declared exception from ";

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        Clause clause = clauseOf(context);
        String reason = kitOf(context).exceptions().get(clause);
        if (reason != null) {
            ClauseReport.add(providerName(context), clause, ClauseReport.EXCEPTION, reason);
            throw new TestAbortedException(DECLARED + clause + ": " + reason);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws IOException {
        Throwable outcome = context.getExecutionException().orElse(null);
        ClauseReport.add(
                providerName(context),
                clauseOf(context),
                outcome == null
                        ? ClauseReport.KEPT
                        : outcome instanceof TestAbortedException ? ClauseReport.SKIPPED : ClauseReport.BROKEN,
                outcome == null ? "" : String.valueOf(outcome.getMessage()));
    }

    private static ListenerProviderContractTest kitOf(ExtensionContext context) {
        return ((ContractTests) context.getRequiredTestInstance()).kit;
    }

    private static String providerName(ExtensionContext context) {
        try {
            return kitOf(context).provider().name();
        } catch (Exception e) {
            return "unknown";
        }
    }

    private static Clause clauseOf(ExtensionContext context) {
        return context.getRequiredTestMethod().getAnnotation(Checks.class).value();
    }
}

package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

class FitnessTest {
    @Test
    void a_failure_is_told_with_its_root_in_one_line() {
        Throwable root = new UnsatisfiedLinkError("no such\nlibrary");
        assertThat(Fitness.doesNotFit(new ExceptionInInitializerError(root), "repair it"))
                .hasToString(
                        "does not fit: java.lang.ExceptionInInitializerError: java.lang.UnsatisfiedLinkError: no such"
                                + " library (repair it)");
        assertThat(Fitness.doesNotFit(new NoClassDefFoundError("Native").initCause(root), "repair it")
                        .reason())
                .isEqualTo("Native: java.lang.UnsatisfiedLinkError: no such library");
        assertThat(Fitness.doesNotFit(new UnsupportedOperationException("not here"), "repair it")
                        .reason())
                .isEqualTo("not here");
    }

    @Test
    void a_provider_that_fits_says_so_with_a_detail() {
        Fitness fitness = Fitness.fits("Linux 6.1");

        assertThat(fitness.fits()).isTrue();
        assertThat(fitness).hasToString("fits: Linux 6.1");
    }

    @Test
    void a_provider_that_does_not_fit_says_why_and_what_to_do() {
        Fitness fitness = Fitness.doesNotFit("no JNA", "add net.java.dev.jna:jna");

        assertThat(fitness.fits()).isFalse();
        assertThat(fitness).hasToString("does not fit: no JNA (add net.java.dev.jna:jna)");
    }

    @Test
    void neither_reason_nor_remedy_may_be_missing() {
        assertThatNullPointerException().isThrownBy(() -> Fitness.fits(null)).withMessage("reason");
        assertThatNullPointerException()
                .isThrownBy(() -> Fitness.doesNotFit("no JNA", null))
                .withMessage("remedy");
    }
}

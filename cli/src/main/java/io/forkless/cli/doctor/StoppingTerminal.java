package io.forkless.cli.doctor;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** A terminal that stops whoever writes to it from the background: {@code tostop}, stty(1). */
final class StoppingTerminal implements Trap {
    private static final Pattern SET = Pattern.compile("(?<![-\\w])tostop\\b");
    private static final int PATIENCE_SECONDS = 5;

    private final Supplier<String> settings;

    StoppingTerminal() {
        this(StoppingTerminal::settings);
    }

    /** @param settings what stty(1) says; empty without a terminal */
    StoppingTerminal(Supplier<String> settings) {
        this.settings = settings;
    }

    @Override
    public List<Finding> find(Surroundings surroundings) {
        if (!SET.matcher(settings.get()).find()) {
            return List.of();
        }
        return List.of(new Finding(
                "this terminal stops what writes to it in the background (stty tostop), as 'forkless start … &' does, and"
                        + " a supervisor that writes to it does not scale by TTIN and TTOU",
                "'stty -tostop', or send the output to a file; use 'forkless scale'"));
    }

    private static String settings() {
        try {
            Process stty = new ProcessBuilder("stty", "-a")
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                return "";
            }
            return new String(stty.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // there is no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}

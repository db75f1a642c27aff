package io.forkless.benchmarks.paths;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.benchmarks.paths.Profile.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileTest {
    @Test
    void a_sample_is_ours_by_its_innermost_frame_and_below_ours_by_any() {
        Samples java = new Samples();
        java.add(List.of("io.forkless.worker.AcceptPacing", "org.eclipse.jetty.server.ServerConnector"));
        java.add(List.of("sun.nio.ch.Net", "io.forkless.spi.SharedServerSocketChannel"));
        java.add(List.of("org.eclipse.jetty.http.HttpParser", "io.forkless.benchmarks.app.App"));
        java.add(List.of());
        Samples nativeCode = new Samples();
        nativeCode.add(List.of("com.sun.jna.Native", "io.forkless.posix.LibC"));

        assertThat(new Profile(java, nativeCode).describe())
                .startsWith(
                        "Of 4 samples of running Java code, 1 (25.0 %) were in a method of Forkless itself, and 2 (50.0 %)")
                .endsWith("Of these and of 1 samples in native code, 1 had a frame of JNA.");
    }
}

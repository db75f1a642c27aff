package io.forkless.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may know whom: the tables of docs/design.md, tried on the classes of all modules. */
class ArchitectureTest {
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.forkless");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            io.forkless.spi..              | io.forkless.internal.control..
            io.forkless.worker..           | io.forkless.internal.control.. io.forkless.spi..
            io.forkless.internal.control.. | io.forkless.spi..
            io.forkless.nio..              | com.sun.jna..
            io.forkless.posix..            | io.forkless.internal.control.. io.forkless.spi.. io.forkless.nio.. com.sun.jna..
            io.forkless.windows..          | io.forkless.internal.control.. io.forkless.spi.. io.forkless.nio.. com.sun.jna..
            io.forkless.supervisor..       | io.forkless.internal.control.. io.forkless.spi.. jdk.net
            io.forkless.cli..              | io.forkless.internal.control.. io.forkless.spi.. io.forkless.supervisor.. picocli.. tools.jackson..
            io.forkless.jetty..            | io.forkless.spi.. io.forkless.worker.. org.eclipse.jetty..
            io.forkless.undertow..         | io.forkless.spi.. io.forkless.worker.. io.undertow.. org.xnio..
            io.forkless.tck                | io.forkless.spi.. org.junit.. org.assertj.. org.awaitility.. org.opentest4j.. org.apiguardian.. com.sun.jna..
            io.forkless.tck.adapter..      | io.forkless.spi.. io.forkless.worker.. io.forkless.supervisor.. org.junit.. org.assertj.. org.awaitility.. org.eclipse.jetty.client.. org.eclipse.jetty.http org.eclipse.jetty.http2.api.. org.eclipse.jetty.http2.client.. org.eclipse.jetty.http2.frames.. org.eclipse.jetty.io.. org.eclipse.jetty.util.. okhttp3.tls..
            io.forkless.testing..          | org.junit.. org.assertj.. org.awaitility..
            """)
    void a_module_knows_these_and_the_jdk_alone(String module, String others) {
        List<String> known = new ArrayList<>(List.of(others.split(" ")));
        known.addAll(List.of(
                module,
                "java..",
                "javax.net.ssl..",
                "javax.security.auth.x500..",
                "javax.management..",
                "com.sun.management"));
        classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(known.toArray(String[]::new))
                .check(PRODUCT);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            status  |
            output  |
            command |
            archive | command output
            pool    | status output
            link    | pool output
            process | archive command link pool output status
            listen  | link pool process output
            admin   | link pool output status
            """)
    void a_room_of_the_supervisor_knows_those_below_it_alone(String room, String below) {
        List<String> known = new ArrayList<>(List.of(
                "java..", "com.sun.management", "jdk.net", "io.forkless.spi..", "io.forkless.internal.control.."));
        known.add(room(room));
        for (String other : below == null ? new String[0] : below.split(" ")) {
            known.add(room(other));
        }
        classes()
                .that()
                .resideInAPackage(room(room))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(known.toArray(String[]::new))
                .check(PRODUCT);
    }

    /** It hears and says what happens; who reads and writes, and when, is passed in. */
    @Test
    void the_pool_of_workers_does_no_input_or_output_and_starts_no_thread() {
        noClasses()
                .that()
                .resideInAPackage(room("pool"))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.util.logging..")
                        .and(not(type(IOException.class)))
                        .or(type(Thread.class))
                        .or(type(Process.class))
                        .or(type(ProcessBuilder.class)))
                .check(PRODUCT);
    }

    @Test
    void a_supervisor_is_a_library_that_brings_no_logging_of_its_own() {
        noClasses()
                .that()
                .resideInAPackage("io.forkless.supervisor..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "picocli.."))
                .check(PRODUCT);
    }

    /** One class of the kit starts processes as native code does, to see what they inherit. */
    @Test
    void native_calls_are_for_providers_and_the_bridge_alone() {
        noClasses()
                .that(not(resideInAnyPackage("io.forkless.nio..", "io.forkless.posix..", "io.forkless.windows..")))
                .and(not(nameStartingWith("io.forkless.tck.ChildStarter")))
                .should()
                .dependOnClassesThat(resideInAPackage("com.sun.jna.."))
                .check(PRODUCT);
    }

    @Test
    void no_packages_know_each_other_in_a_circle() {
        slices().matching("io.forkless.(**)").should().beFreeOfCycles().check(PRODUCT);
    }

    private static String room(String name) {
        return "io.forkless.supervisor." + name + "..";
    }
}
